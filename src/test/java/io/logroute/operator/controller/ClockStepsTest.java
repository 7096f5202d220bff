// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClockStepsTest {

  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private Instant steady = wall;
  private final AtomicInteger looks = new AtomicInteger();
  private final ClockSteps steps = new ClockSteps(() -> wall, () -> steady, looks::incrementAndGet);

  @Test
  void shouldLookAtEverythingOnceAfterEachStep() {
    pass(Duration.ofHours(10));
    steps.look();
    assertThat(looks).hasValue(0);

    wall = wall.minus(Duration.ofHours(1));
    steps.look();
    pass(Duration.ofSeconds(2));
    steps.look();
    assertThat(looks).as("back, once").hasValue(1);

    wall = wall.plus(Duration.ofHours(1));
    steps.look();
    steps.look();
    assertThat(looks).as("and ahead, once").hasValue(2);
  }

  @Test
  void shouldLeaveAloneAClockThatIsOnlyKept() {
    for (int i = 0; i < 5; i++) {
      wall = wall.plusMillis(400);
      pass(Duration.ofSeconds(2));
      wall = wall.minusMillis(400);
      steps.look();
    }
    assertThat(looks).hasValue(0);
  }

  @Test
  void shouldSayAtItsEndWhatNobodyWaitsFor() {
    wall = wall.plus(Duration.ofHours(1));
    steps.close();
    steps.look();
    assertThat(looks).as("told at the end, and not again").hasValue(0);
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    steady = steady.plus(time);
  }
}
