// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.operator.compile.RouteFacts;
import java.util.List;

/** Tells each ClusterLogRoute what became of it. */
@ControllerConfiguration(name = ClusterLogRouteReconciler.NAME)
final class ClusterLogRouteReconciler implements Reconciler<ClusterLogRoute> {

  static final String NAME = "clusterlogroutes";

  private final RouteReports reports;
  private final Wakers wakers;

  ClusterLogRouteReconciler(RouteReports reports, Wakers wakers) {
    this.reports = reports;
    this.wakers = wakers;
  }

  @Override
  public List<EventSource<?, ClusterLogRoute>> prepareEventSources(
      EventSourceContext<ClusterLogRoute> context) {
    return List.of(wakers.clusterRoutes());
  }

  @Override
  public ErrorStatusUpdateControl<ClusterLogRoute> updateErrorStatus(
      ClusterLogRoute object, Context<ClusterLogRoute> context, Exception e) {
    return Failures.tell(object, e);
  }

  @Override
  public UpdateControl<ClusterLogRoute> reconcile(
      ClusterLogRoute route, Context<ClusterLogRoute> context) {
    return reports.report(route, RouteFacts.of(route), ClusterLogRoute::new);
  }
}
