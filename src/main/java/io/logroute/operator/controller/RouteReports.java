// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.controller.RouteInspector.Inspection;
import io.logroute.operator.status.Reason;
import io.logroute.operator.status.RouteStatuses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells routes of both kinds what became of them: a condition that changes at once, counts when it
 * is their turn. Two things wait, since they are over in a moment: after a start, a route with pods
 * on nodes that have not been looked at; and a route that was programmed and has a new pod on a
 * node whose agent has not answered yet. Thread-safe; one thread a route.
 */
final class RouteReports {

  /** Of these conditions the message is a count of nodes. */
  private static final Set<String> COUNTED =
      Set.of(Reason.NodesPending.name(), Reason.Programmed.name());

  private static final Duration PENDING_GRACE = Duration.ofSeconds(10);
  private static final Duration SETTLING = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final RouteInspector inspector;
  private final Transitions transitions;
  private final InstantSource clock;
  private final InstantSource steadyClock;
  private final CountSlots counts = new CountSlots();
  private final Map<String, Instant> pendingSince = new ConcurrentHashMap<>();
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
    counts.forget(tableName);
    pendingSince.remove(tableName);
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
    Duration wait = untilTurn(facts, before, status, now);
    if (wait.isPositive()) {
      return UpdateControl.<R>noUpdate().rescheduleAfter(wait);
    }
    if (status.equals(before)) {
      return UpdateControl.noUpdate();
    }
    counts.written(facts.tableName(), now);
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

  private Duration untilTurn(
      RouteFacts facts, @Nullable LogRouteStatus before, LogRouteStatus status, Instant now) {
    String name = facts.tableName();
    if (before == null || !Objects.equals(before.observedGeneration(), facts.generation())) {
      return Duration.ZERO;
    }
    if (!status.equals(before) && told(status).equals(told(before))) {
      return counts.untilTurn(name, now);
    }
    if (isPending(status) && !isPending(before)) {
      Instant since = pendingSince.computeIfAbsent(name, route -> now);
      return Duration.between(now, since.plus(PENDING_GRACE));
    }
    pendingSince.remove(name);
    return Duration.ZERO;
  }

  /** What of the conditions is told at once. */
  private static List<String> told(LogRouteStatus status) {
    return conditions(status).stream()
        .map(
            c ->
                c.getType()
                    + c.getStatus()
                    + c.getReason()
                    + (COUNTED.contains(c.getReason()) ? "" : c.getMessage()))
        .toList();
  }

  private static boolean isPending(LogRouteStatus status) {
    return conditions(status).stream()
        .anyMatch(condition -> Reason.NodesPending.name().equals(condition.getReason()));
  }

  private static List<Condition> conditions(@Nullable LogRouteStatus status) {
    return status == null || status.conditions() == null ? List.of() : status.conditions();
  }
}
