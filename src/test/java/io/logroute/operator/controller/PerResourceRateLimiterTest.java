// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PerResourceRateLimiterTest {

  @Test
  void shouldLetTheFirstPassAndTellTheOthersHowLongToWait() {
    PerResourceRateLimiter limiter = new PerResourceRateLimiter(Duration.ofMinutes(1));
    PerResourceRateLimiter.Last node = limiter.initState();

    assertThat(limiter.isLimited(node)).isEmpty();
    assertThat(limiter.isLimited(node))
        .hasValueSatisfying(
            left -> assertThat(left).isBetween(Duration.ofSeconds(50), Duration.ofMinutes(1)));
    assertThat(limiter.isLimited(limiter.initState())).isEmpty();
  }
}
