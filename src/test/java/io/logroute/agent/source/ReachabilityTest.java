// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One line when it begins, one when it ends. */
class ReachabilityTest {

  private Instant now = Instant.parse("2026-11-22T15:00:00Z");
  private final Reachability reachability =
      new Reachability(LoggerFactory.getLogger(ReachabilityTest.class), "It", () -> now);

  @Test
  void shouldSayOnceThatItIsAwayAndOnceThatItIsBack() {
    try (CapturedLog log = new CapturedLog()) {
      reachability.works();
      for (int i = 0; i < 1_000; i++) {
        reachability.failed("refused");
        now = now.plusSeconds(1);
      }
      reachability.works();
      reachability.works();

      assertThat(log.lines("WARN", ReachabilityTest.class))
          .singleElement()
          .asString()
          .endsWith("It does not work and is tried again: refused");
      assertThat(log.lines("INFO", ReachabilityTest.class))
          .singleElement()
          .asString()
          .endsWith("It works again after 1000 s");
    }
  }

  @Test
  void shouldSayAnotherCauseOnlyWhenItStays() {
    try (CapturedLog log = new CapturedLog()) {
      reachability.failed("refused");
      reachability.failed("busy");
      reachability.failed("refused");
      assertThat(log.lines("WARN", ReachabilityTest.class)).hasSize(1);

      for (int i = 0; i < 10; i++) {
        reachability.failed("forbidden");
      }

      assertThat(log.lines("WARN", ReachabilityTest.class))
          .hasSize(2)
          .last()
          .asString()
          .contains("forbidden");
    }
  }
}
