// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.operator.compile.RouteFacts;
import java.util.List;

/** Tells each LogRoute what became of it. */
@ControllerConfiguration(name = LogRouteReconciler.NAME)
final class LogRouteReconciler implements Reconciler<LogRoute> {

  static final String NAME = "logroutes";

  private final RouteReports reports;
  private final Wakers wakers;

  LogRouteReconciler(RouteReports reports, Wakers wakers) {
    this.reports = reports;
    this.wakers = wakers;
  }

  @Override
  public List<EventSource<?, LogRoute>> prepareEventSources(EventSourceContext<LogRoute> context) {
    return List.of(wakers.routes());
  }

  @Override
  public ErrorStatusUpdateControl<LogRoute> updateErrorStatus(
      LogRoute object, Context<LogRoute> context, Exception e) {
    return Failures.tell(object, e);
  }

  @Override
  public UpdateControl<LogRoute> reconcile(LogRoute route, Context<LogRoute> context) {
    return reports.report(route, RouteFacts.of(route), LogRoute::new);
  }
}
