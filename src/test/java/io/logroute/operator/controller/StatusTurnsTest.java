// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.operator.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTurnsTest {

  private static final String ROUTE = "team-a/web";
  private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  private final StatusTurns turns = new StatusTurns();

  @Test
  void shouldTellANewGenerationAtOnce() {
    assertThat(turns.untilTurn(ROUTE, null, programmed(1, 3), START)).isZero();
    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), pending(2, 3), START)).isZero();
  }

  @Test
  void shouldTellAConditionThatChangesAtOnce() {
    LogRouteStatus invalid = status(1, 3, "False", Reason.NotAccepted);

    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), invalid, START)).isZero();
    assertThat(turns.untilTurn(ROUTE, pending(1, 3), programmed(1, 3), START)).isZero();
  }

  @Test
  void shouldTellCountsOfOneRouteEveryFiveSeconds() {
    turns.written(ROUTE, START);

    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), programmed(1, 4), START.plusSeconds(1)))
        .isEqualTo(Duration.ofSeconds(4));
    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), programmed(1, 4), START.plusSeconds(5)))
        .isZero();
  }

  @Test
  void shouldTellCountsOfAllRoutesFiveTimesASecond() {
    for (int i = 0; i < 10; i++) {
      assertThat(turns.untilTurn("team-a/web-" + i, programmed(1, 3), programmed(1, 4), START))
          .isEqualTo(Duration.ofMillis(200L * i));
    }
  }

  @Test
  void shouldTellThatNodesArePendingAfterTenSeconds() {
    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), pending(1, 4), START))
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(turns.untilTurn(ROUTE, programmed(1, 3), pending(1, 4), START.plusSeconds(10)))
        .isZero();
  }

  @Test
  void shouldCountPendingFromItsLastBeginningWhileCountsWaitForTheirTurn() {
    turns.written(ROUTE, START);
    turns.untilTurn(ROUTE, programmed(1, 3), pending(1, 4), START);
    turns.untilTurn(ROUTE, programmed(1, 3), programmed(1, 4), START.plusMillis(50));
    turns.written(ROUTE, START.plusSeconds(5));

    assertThat(turns.untilTurn(ROUTE, programmed(1, 4), pending(1, 5), START.plusSeconds(15)))
        .isEqualTo(Duration.ofSeconds(10));
  }

  private static LogRouteStatus programmed(long generation, int pods) {
    return status(generation, pods, "True", Reason.Programmed);
  }

  private static LogRouteStatus pending(long generation, int pods) {
    return status(generation, pods, "False", Reason.NodesPending);
  }

  private static LogRouteStatus status(long generation, int pods, String status, Reason reason) {
    Condition condition =
        new ConditionBuilder()
            .withType("Programmed")
            .withStatus(status)
            .withReason(reason.name())
            .withMessage(pods + " nodes")
            .build();
    return new LogRouteStatus(
        generation, List.of(condition), pods, null, "tenant", "service", "central", null);
  }
}
