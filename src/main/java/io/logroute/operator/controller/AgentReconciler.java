// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentStatus;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.operator.manifest.AgentDaemonSet;
import io.logroute.operator.manifest.AgentSettings;
import io.logroute.operator.status.AgentFindings;
import io.logroute.operator.status.AgentStatuses;
import io.logroute.operator.status.AgentStatuses.Rollout;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Runs a LogAgent's agents, and clears away tables of nodes that are no more. */
@ControllerConfiguration(name = AgentReconciler.NAME)
final class AgentReconciler implements Reconciler<LogAgent> {

  static final String NAME = "logagents";

  private final ClusterCache cache;
  private final Tables tables;
  private final Wakers wakers;
  private final Transitions transitions;
  private final InstantSource clock;
  private final AgentSettings settings;
  private final AgentDaemonSetResource daemonSet;

  AgentReconciler(
      ClusterCache cache,
      Tables tables,
      Wakers wakers,
      AgentSettings settings,
      Transitions transitions,
      InstantSource clock) {
    this.cache = cache;
    this.tables = tables;
    this.wakers = wakers;
    this.transitions = transitions;
    this.clock = clock;
    this.settings = settings;
    this.daemonSet = new AgentDaemonSetResource(settings, cache);
  }

  @Override
  public List<EventSource<?, LogAgent>> prepareEventSources(EventSourceContext<LogAgent> context) {
    return List.of(wakers.agents(), daemonSet.initEventSource(context));
  }

  @Override
  public ErrorStatusUpdateControl<LogAgent> updateErrorStatus(
      LogAgent object, Context<LogAgent> context, Exception e) {
    return Failures.tell(object, e);
  }

  @Override
  public UpdateControl<LogAgent> reconcile(LogAgent agent, Context<LogAgent> context) {
    removeTablesOfLostNodes();
    long generation = Objects.requireNonNullElse(agent.getMetadata().getGeneration(), 0L);
    AgentFindings found = find(agent);
    if (found.problems().isEmpty()
        && !AgentStatuses.mustRefuse(generation, found, agent.getStatus())) {
      daemonSet.reconcile(agent, context);
    }
    Rollout rollout =
        context.getSecondaryResource(DaemonSet.class).map(Rollouts::of).orElse(Rollout.UNKNOWN);
    LogAgentStatus status =
        AgentStatuses.of(generation, found, rollout, agent.getStatus(), clock.instant());
    if (status.equals(agent.getStatus())) {
      return UpdateControl.noUpdate();
    }
    LogAgentStatus before = agent.getStatus();
    transitions.tell(agent, before == null ? null : before.conditions(), status.conditions());
    LogAgent fresh = new LogAgent();
    fresh.setMetadata(new ObjectMetaBuilder().withName(agent.getMetadata().getName()).build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh);
  }

  private AgentFindings find(LogAgent agent) {
    List<String> ofRules = AgentRules.check(agent).stream().map(SpecProblem::sentence).toList();
    List<String> problems =
        ofRules.isEmpty() ? AgentDaemonSet.problem(agent, settings).stream().toList() : ofRules;
    Coverage.Overlap overlap = Coverage.overlap(agent, cache.nodes(), cache.agents());
    String name = agent.getMetadata().getName();
    SortedSet<String> oversized =
        tables.tooLarge().stream()
            .filter(
                node ->
                    cache
                        .node(node)
                        .flatMap(known -> Coverage.of(known, cache.agents()))
                        .filter(owner -> owner.getMetadata().getName().equals(name))
                        .isPresent())
            .collect(Collectors.toCollection(TreeSet::new));
    return new AgentFindings(problems, overlap.nodes(), overlap.older(), oversized);
  }

  /** A node's own controller does not hear of its end. */
  private void removeTablesOfLostNodes() {
    cache.tables().stream()
        .map(table -> table.getMetadata().getName())
        .filter(node -> cache.node(node).isEmpty())
        .forEach(tables::remove);
  }
}
