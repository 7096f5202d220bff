// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentStatus;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.operator.manifest.AgentSettings;
import io.logroute.operator.status.AgentStatuses;
import io.logroute.operator.status.AgentStatuses.Rollout;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** Runs a LogAgent's agents, and clears away tables of nodes that are no more. */
@ControllerConfiguration(name = AgentReconciler.NAME)
final class AgentReconciler implements Reconciler<LogAgent> {

  static final String NAME = "logagents";

  private final ClusterCache cache;
  private final Tables tables;
  private final Wakers wakers;
  private final InstantSource clock;
  private final AgentDaemonSetResource daemonSet;

  AgentReconciler(
      ClusterCache cache,
      Tables tables,
      Wakers wakers,
      AgentSettings settings,
      InstantSource clock) {
    this.cache = cache;
    this.tables = tables;
    this.wakers = wakers;
    this.clock = clock;
    this.daemonSet = new AgentDaemonSetResource(settings);
  }

  @Override
  public List<EventSource<?, LogAgent>> prepareEventSources(EventSourceContext<LogAgent> context) {
    return List.of(wakers.agents(), daemonSet.initEventSource(context));
  }

  @Override
  public UpdateControl<LogAgent> reconcile(LogAgent agent, Context<LogAgent> context) {
    removeTablesOfLostNodes();
    List<String> problems =
        AgentRules.check(agent.getSpec()).stream().map(SpecProblem::sentence).toList();
    if (problems.isEmpty()) {
      daemonSet.reconcile(agent, context);
    }
    Rollout rollout =
        context.getSecondaryResource(DaemonSet.class).map(Rollouts::of).orElse(Rollout.UNKNOWN);
    LogAgentStatus status =
        AgentStatuses.of(
            Objects.requireNonNullElse(agent.getMetadata().getGeneration(), 0L),
            problems,
            rollout,
            agent.getStatus(),
            clock.instant());
    if (status.equals(agent.getStatus())) {
      return UpdateControl.noUpdate();
    }
    LogAgent fresh = new LogAgent();
    fresh.setMetadata(new ObjectMetaBuilder().withName(agent.getMetadata().getName()).build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh);
  }

  /** A node's own controller does not hear of its end. */
  private void removeTablesOfLostNodes() {
    cache.tables().stream()
        .map(table -> table.getMetadata().getName())
        .filter(node -> cache.node(node).isEmpty())
        .forEach(tables::remove);
  }
}
