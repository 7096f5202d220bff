// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long an agent waits before it tries again. */
class BackoffTest {

  private static final IOException UNANSWERED = new IOException("connection refused");
  private static final IOException REFUSED = new ApiFailure(403, 0, "403");

  private final Backoff backoff = new Backoff(new Random(7));

  @Test
  void shouldDoubleUpToThirtySecondsWhenTheServerRefuses() {
    for (long wholeMs : new long[] {500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
      assertThat(backoff.nextMs(REFUSED)).isBetween(wholeMs / 2, wholeMs);
    }
  }

  @Test
  void shouldDoubleUpToFiveSecondsWhenTheServerIsAway() {
    for (long wholeMs : new long[] {500, 1_000, 2_000, 4_000, 5_000, 5_000}) {
      assertThat(backoff.nextMs(UNANSWERED)).isBetween(wholeMs / 2, wholeMs);
    }
  }

  @Test
  void shouldStartAnewAfterASuccess() {
    backoff.nextMs(REFUSED);
    backoff.nextMs(REFUSED);
    backoff.reset();

    assertThat(backoff.isAtFirst()).isTrue();
    assertThat(backoff.nextMs(REFUSED)).isBetween(250L, 500L);
    assertThat(backoff.isAtFirst()).isFalse();
  }

  @Test
  void shouldTakeTheServerAtItsWord() {
    assertThat(backoff.nextMs(new ApiFailure(429, 3_000, "busy"))).isBetween(3_000L, 3_500L);
  }
}
