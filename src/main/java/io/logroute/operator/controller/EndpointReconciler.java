// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogEndpointStatus;
import io.logroute.operator.compile.EndpointRules;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.operator.status.EndpointStatuses;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** Tells each endpoint whether it is valid. */
@ControllerConfiguration(name = EndpointReconciler.NAME)
final class EndpointReconciler implements Reconciler<LogEndpoint> {

  static final String NAME = "logendpoints";

  private final Wakers wakers;
  private final Transitions transitions;
  private final InstantSource clock;

  EndpointReconciler(Wakers wakers, Transitions transitions, InstantSource clock) {
    this.wakers = wakers;
    this.transitions = transitions;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, LogEndpoint>> prepareEventSources(
      EventSourceContext<LogEndpoint> context) {
    return List.of(wakers.endpoints());
  }

  @Override
  public ErrorStatusUpdateControl<LogEndpoint> updateErrorStatus(
      LogEndpoint object, Context<LogEndpoint> context, Exception e) {
    return Failures.tell(object, e);
  }

  @Override
  public UpdateControl<LogEndpoint> reconcile(LogEndpoint endpoint, Context<LogEndpoint> context) {
    List<String> problems =
        EndpointRules.check(endpoint).stream().map(SpecProblem::sentence).toList();
    LogEndpointStatus status =
        EndpointStatuses.of(
            Objects.requireNonNullElse(endpoint.getMetadata().getGeneration(), 0L),
            problems,
            endpoint.getStatus(),
            clock.instant());
    if (status.equals(endpoint.getStatus())) {
      return UpdateControl.noUpdate();
    }
    LogEndpointStatus before = endpoint.getStatus();
    transitions.tell(endpoint, before == null ? null : before.conditions(), status.conditions());
    LogEndpoint fresh = new LogEndpoint();
    fresh.setMetadata(new ObjectMetaBuilder().withName(endpoint.getMetadata().getName()).build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh);
  }
}
