// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.controller.RouteInspector.Inspection;
import io.logroute.operator.status.RouteStatuses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells routes of both kinds what became of them: a condition that changes at once, counts when it
 * is their turn ({@link StatusTurns}). After a start, a route with pods on nodes that have not been
 * looked at waits, since that is over in a moment. Thread-safe; one thread a route.
 */
final class RouteReports {

  private static final Duration SETTLING = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final RouteInspector inspector;
  private final Transitions transitions;
  private final InstantSource clock;
  private final InstantSource steadyClock;
  private final StatusTurns turns = new StatusTurns();
  private volatile Instant began;

  /**
   * @param clock for time stamps
   * @param steadyClock for what waits
   */
  RouteReports(
      RouteInspector inspector,
      Transitions transitions,
      InstantSource clock,
      InstantSource steadyClock) {
    this.inspector = inspector;
    this.transitions = transitions;
    this.clock = clock;
    this.steadyClock = steadyClock;
    began = steadyClock.instant();
  }

  /** The operator begins to work now. */
  void begin() {
    began = steadyClock.instant();
  }

  /** A route is gone. */
  void forget(String tableName) {
    turns.forget(tableName);
  }

  /**
   * What to do about a route's status.
   *
   * @param fresh an empty object of its kind
   */
  <R extends CustomResource<?, LogRouteStatus>> UpdateControl<R> report(
      R route, RouteFacts facts, Supplier<R> fresh) {
    Instant now = steadyClock.instant();
    LogRouteStatus before = route.getStatus();
    Inspection found = inspector.find(facts);
    if (!found.complete() && now.isBefore(began.plus(SETTLING))) {
      return UpdateControl.<R>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }
    LogRouteStatus status = RouteStatuses.of(found.findings(), before, clock.instant());
    Duration wait = turns.untilTurn(facts.tableName(), before, status, now);
    if (wait.isPositive()) {
      return UpdateControl.<R>noUpdate().rescheduleAfter(wait);
    }
    if (status.equals(before)) {
      return UpdateControl.noUpdate();
    }
    turns.written(facts.tableName(), now);
    transitions.tell(route, conditions(before), status.conditions());
    R written = fresh.get();
    written.setMetadata(
        new ObjectMetaBuilder()
            .withName(route.getMetadata().getName())
            .withNamespace(route.getMetadata().getNamespace())
            .build());
    written.setStatus(status);
    return UpdateControl.patchStatus(written);
  }

  private static List<Condition> conditions(@Nullable LogRouteStatus status) {
    return status == null || status.conditions() == null ? List.of() : status.conditions();
  }
}
