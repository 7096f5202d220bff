// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TableDelaysTest {

  private long nowNanos = 1;
  private final TableDelays delays = new TableDelays(() -> nowNanos);

  @Test
  void shouldCountFromTheFirstEventThatNoLookHasTakenUp() {
    delays.begin();
    delays.changed("node-1");
    pass(30);
    delays.changed("node-1");
    pass(30);

    Long changedAt = delays.take("node-1");
    delays.changed("node-1");
    delays.sent(changedAt);

    assertThat(delays.cumulated()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(delays.sumSeconds()).isEqualTo(0.06);
    assertThat(delays.take("node-1")).isEqualTo(nowNanos);
    assertThat(delays.take("node-1")).isNull();
  }

  @Test
  void shouldKeepTheTimeOfALookThatFailed() {
    delays.begin();
    delays.changed("node-1");
    Long changedAt = delays.take("node-1");
    pass(20_000);
    delays.changed("node-1");

    delays.giveBack("node-1", changedAt);
    delays.giveBack("node-2", null);

    assertThat(delays.take("node-1")).isEqualTo(changedAt);
    assertThat(delays.take("node-2")).isNull();
    delays.sent(changedAt);
    delays.sent(null);
    assertThat(delays.cumulated()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  }

  @Test
  void shouldNotCountWhatWasHeardWhileAnotherOperatorWorked() {
    delays.changed("node-1");

    delays.begin();

    assertThat(delays.take("node-1")).isNull();
  }

  private void pass(long ms) {
    nowNanos += Duration.ofMillis(ms).toNanos();
  }
}
