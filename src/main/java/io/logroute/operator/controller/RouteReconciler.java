// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableStatus.RouteReport;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.Selection;
import io.logroute.operator.status.Reason;
import io.logroute.operator.status.RouteFindings;
import io.logroute.operator.status.RouteStatuses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells each route what became of it. */
@ControllerConfiguration(name = RouteReconciler.NAME)
final class RouteReconciler implements Reconciler<LogRoute> {

  static final String NAME = "logroutes";

  /** Counts alone are written at most so often; a condition that changes is written at once. */
  private static final Duration COUNTS_EVERY = Duration.ofSeconds(5);

  private final ClusterCache cache;
  private final Verdicts verdicts;
  private final Tables tables;
  private final Wakers wakers;
  private final InstantSource clock;
  private final Map<String, Instant> lastWrites = new ConcurrentHashMap<>();

  RouteReconciler(
      ClusterCache cache, Verdicts verdicts, Tables tables, Wakers wakers, InstantSource clock) {
    this.cache = cache;
    this.verdicts = verdicts;
    this.tables = tables;
    this.wakers = wakers;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, LogRoute>> prepareEventSources(EventSourceContext<LogRoute> context) {
    return List.of(wakers.routes());
  }

  @Override
  public UpdateControl<LogRoute> reconcile(LogRoute route, Context<LogRoute> context) {
    RouteFacts facts = RouteFacts.of(route);
    Instant now = clock.instant();
    LogRouteStatus before = route.getStatus();
    LogRouteStatus status = RouteStatuses.of(find(verdicts.of(facts)), before, now);
    if (status.equals(before)) {
      return UpdateControl.noUpdate();
    }
    Duration left = untilCounts(facts.tableName(), now);
    if (left.isPositive() && conditions(status).equals(conditions(before))) {
      return UpdateControl.<LogRoute>noUpdate().rescheduleAfter(left);
    }
    lastWrites.put(facts.tableName(), now);
    return UpdateControl.patchStatus(statusOnly(route, status));
  }

  private Duration untilCounts(String route, Instant now) {
    Instant last = lastWrites.get(route);
    return last == null ? Duration.ZERO : Duration.between(now, last.plus(COUNTS_EVERY));
  }

  private static List<Condition> conditions(@Nullable LogRouteStatus status) {
    return status == null || status.conditions() == null ? List.of() : status.conditions();
  }

  private static LogRoute statusOnly(LogRoute route, LogRouteStatus status) {
    LogRoute fresh = new LogRoute();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(route.getMetadata().getName())
            .withNamespace(route.getMetadata().getNamespace())
            .build());
    fresh.setStatus(status);
    return fresh;
  }

  private RouteFindings find(RouteVerdict verdict) {
    RouteFacts route = verdict.route();
    List<Pod> pods =
        cache.podsOfNamespace(route.namespace()).stream()
            .filter(pod -> Selection.selects(verdict, PodFacts.of(pod)))
            .toList();
    SortedSet<String> nodes =
        pods.stream()
            .map(pod -> pod.getSpec().getNodeName())
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(TreeSet::new));
    return new RouteFindings(
        route.generation(),
        verdict.refusals().stream().map(RouteReconciler::refusal).toList(),
        verdict.unresolved() == null ? null : refusal(verdict.unresolved()),
        pods.size(),
        nodes,
        filtered(nodes, node -> !tables.runs(node, route.tableName(), route.generation())),
        filtered(nodes, this::isUncovered),
        nodes.stream().flatMap(node -> reports(node, route.tableName())).toList(),
        nodes.stream()
            .flatMap(node -> tables.problemsOf(node, route.tableName()).stream())
            .collect(Collectors.toCollection(TreeSet::new)),
        route.tenantInShort(),
        route.serviceInShort(),
        route.endpointInShort());
  }

  private static RouteFindings.Refusal refusal(RouteVerdict.Refusal refusal) {
    return new RouteFindings.Refusal(Reason.valueOf(refusal.cause().name()), refusal.sentence());
  }

  private static SortedSet<String> filtered(SortedSet<String> nodes, Predicate<String> predicate) {
    return nodes.stream().filter(predicate).collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isUncovered(String node) {
    return cache.node(node).flatMap(known -> Coverage.of(known, cache.agents())).isEmpty();
  }

  private Stream<Problem> reports(String node, String route) {
    return cache.table(node).map(NodeRouteTable::getStatus).stream()
        .flatMap(status -> Optional.ofNullable(status.routes()).stream())
        .flatMap(List::stream)
        .filter(report -> report.route().equals(route))
        .map(RouteReport::problems)
        .filter(Objects::nonNull)
        .flatMap(List::stream)
        .map(problem -> new Problem(node, problem.since(), problem.message()));
  }
}
