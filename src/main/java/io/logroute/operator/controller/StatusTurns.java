// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.operator.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When the status of a route may be written, so that pods that come and go cost the API server
 * little: a condition that changes is told at once, counts when it is their turn ({@link
 * CountSlots}), and a route that is pending as a new pod is on a node whose agent has not answered
 * yet when it has been so for 10 s without a break. Thread-safe; one thread a route.
 */
final class StatusTurns {

  /** Of these conditions the message is a count of nodes. */
  private static final Set<String> COUNTED =
      Set.of(Reason.NodesPending.name(), Reason.Programmed.name());

  static final Duration PENDING_GRACE = Duration.ofSeconds(10);

  private final CountSlots counts = new CountSlots();
  private final Map<String, Instant> pendingSince = new ConcurrentHashMap<>();

  /**
   * How long a route's status has to wait; not positive: it may be written now.
   *
   * @param route its name in tables
   * @param before what stands there
   * @param status what would be written
   * @param now of a clock that nobody sets
   */
  Duration untilTurn(
      String route, @Nullable LogRouteStatus before, LogRouteStatus status, Instant now) {
    if (!isPending(status)) {
      pendingSince.remove(route);
    }
    if (before == null
        || !Objects.equals(before.observedGeneration(), status.observedGeneration())) {
      return Duration.ZERO;
    }
    if (!status.equals(before) && told(status).equals(told(before))) {
      return counts.untilTurn(route, now);
    }
    if (isPending(status) && !isPending(before)) {
      Instant since = pendingSince.computeIfAbsent(route, name -> now);
      return Duration.between(now, since.plus(PENDING_GRACE));
    }
    return Duration.ZERO;
  }

  /** A route's status is written, with its counts. */
  void written(String route, Instant now) {
    counts.written(route, now);
  }

  /** A route is gone. */
  void forget(String route) {
    counts.forget(route);
    pendingSince.remove(route);
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

  private static List<Condition> conditions(LogRouteStatus status) {
    return Objects.requireNonNullElse(status.conditions(), List.of());
  }
}
