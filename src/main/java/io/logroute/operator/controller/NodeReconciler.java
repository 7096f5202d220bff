// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.operator.compile.PodEntries;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.TableCompiler;
import io.logroute.operator.compile.TableCompiler.Compiled;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps the table of a node: what its pods' routes say, for the LogAgent that covers it. */
@ControllerConfiguration(name = NodeReconciler.NAME, informer = @Informer(informerListLimit = 500))
final class NodeReconciler implements Reconciler<Node> {

  static final String NAME = "nodes";

  private final ClusterCache cache;
  private final Verdicts verdicts;
  private final DepartedPods departed;
  private final Tables tables;
  private final Wakers wakers;
  private final SlowLane slowLane;
  private final TableDelays tableDelays;
  private final PodEntries entries;

  NodeReconciler(
      ClusterCache cache,
      Verdicts verdicts,
      DepartedPods departed,
      Tables tables,
      Wakers wakers,
      SlowLane slowLane,
      TableDelays tableDelays,
      PodEntries entries) {
    this.cache = cache;
    this.verdicts = verdicts;
    this.departed = departed;
    this.tables = tables;
    this.wakers = wakers;
    this.slowLane = slowLane;
    this.tableDelays = tableDelays;
    this.entries = entries;
  }

  @Override
  public List<EventSource<?, Node>> prepareEventSources(EventSourceContext<Node> context) {
    return List.of(wakers.nodes());
  }

  @Override
  public ErrorStatusUpdateControl<Node> updateErrorStatus(
      Node object, Context<Node> context, Exception e) {
    return Failures.tell(object, e);
  }

  @Override
  public UpdateControl<Node> reconcile(Node node, Context<Node> context) {
    String name = node.getMetadata().getName();
    Long changedAt = tableDelays.take(name);
    try {
      return reconcile(node, name, changedAt);
    } catch (RuntimeException e) {
      tableDelays.giveBack(name, changedAt);
      throw e;
    } finally {
      slowLane.looked(name);
    }
  }

  private UpdateControl<Node> reconcile(Node node, String name, @Nullable Long changedAt) {
    Optional<LogAgent> agent = Coverage.of(node, cache.agents());
    if (agent.isEmpty()) {
      Set<String> routes = tables.routesOf(name);
      tables.remove(name);
      entries.forget(name);
      routes.forEach(wakers::wakeRoute);
      return UpdateControl.noUpdate();
    }
    write(name, agent.get(), changedAt);
    UpdateControl<Node> control = UpdateControl.noUpdate();
    departed.untilNext(name).ifPresent(control::rescheduleAfter);
    return control;
  }

  private void write(String node, LogAgent agent, @Nullable Long changedAt) {
    List<PodFacts> pods = podsOf(node);
    List<RouteVerdict> candidates = candidates(pods);
    Compiled compiled =
        TableCompiler.compile(node, cache.clusterId(), candidates, cache::namespace, pods, entries);
    Map<String, Long> considered =
        candidates.stream()
            .filter(RouteVerdict::usable)
            .filter(verdict -> compiled.selecting().contains(verdict.route().tableName()))
            .collect(
                Collectors.toMap(
                    verdict -> verdict.route().tableName(),
                    verdict -> verdict.route().generation(),
                    Math::max,
                    TreeMap::new));
    boolean wasTooLarge = tables.isTooLarge(node);
    tables.write(agent, compiled, considered, changedAt).forEach(wakers::wakeRoute);
    if (wasTooLarge != tables.isTooLarge(node)) {
      wakers.wakeAgent(agent.getMetadata().getName());
    }
  }

  private List<RouteVerdict> candidates(List<PodFacts> pods) {
    Stream<RouteVerdict> ofNamespaces =
        pods.stream()
            .map(PodFacts::namespace)
            .distinct()
            .flatMap(namespace -> verdicts.ofNamespace(namespace).stream());
    return Stream.concat(ofNamespaces, verdicts.clusterWide().stream()).toList();
  }

  private List<PodFacts> podsOf(String node) {
    List<PodFacts> present = cache.podsOfNode(node).stream().map(cache::facts).toList();
    Set<String> ids = present.stream().map(PodFacts::logId).collect(Collectors.toSet());
    return Stream.concat(
            present.stream(), departed.of(node).stream().filter(pod -> !ids.contains(pod.logId())))
        .toList();
  }
}
