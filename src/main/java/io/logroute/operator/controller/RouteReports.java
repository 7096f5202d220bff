// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.status.RouteStatuses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells routes of both kinds what became of them. Thread-safe; one thread a route. */
final class RouteReports {

  /** Counts alone are written at most so often; a condition that changes is written at once. */
  private static final Duration COUNTS_EVERY = Duration.ofSeconds(5);

  private final RouteInspector inspector;
  private final InstantSource clock;
  private final Map<String, Instant> lastWrites = new ConcurrentHashMap<>();

  RouteReports(RouteInspector inspector, InstantSource clock) {
    this.inspector = inspector;
    this.clock = clock;
  }

  /**
   * What to do about a route's status.
   *
   * @param fresh an empty object of its kind
   */
  <R extends CustomResource<?, LogRouteStatus>> UpdateControl<R> report(
      R route, RouteFacts facts, Supplier<R> fresh) {
    Instant now = clock.instant();
    LogRouteStatus before = route.getStatus();
    LogRouteStatus status = RouteStatuses.of(inspector.find(facts), before, now);
    if (status.equals(before)) {
      return UpdateControl.noUpdate();
    }
    Duration left = untilCounts(facts.tableName(), now);
    if (left.isPositive() && conditions(status).equals(conditions(before))) {
      return UpdateControl.<R>noUpdate().rescheduleAfter(left);
    }
    lastWrites.put(facts.tableName(), now);
    R written = fresh.get();
    written.setMetadata(
        new ObjectMetaBuilder()
            .withName(route.getMetadata().getName())
            .withNamespace(route.getMetadata().getNamespace())
            .build());
    written.setStatus(status);
    return UpdateControl.patchStatus(written);
  }

  private Duration untilCounts(String route, Instant now) {
    Instant last = lastWrites.get(route);
    return last == null ? Duration.ZERO : Duration.between(now, last.plus(COUNTS_EVERY));
  }

  private static List<Condition> conditions(@Nullable LogRouteStatus status) {
    return status == null || status.conditions() == null ? List.of() : status.conditions();
  }
}
