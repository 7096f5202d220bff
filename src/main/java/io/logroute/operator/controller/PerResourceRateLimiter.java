// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.javaoperatorsdk.operator.processing.event.rate.RateLimiter;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimiter.RateLimitState;
import java.time.Duration;
import java.util.Optional;

/**
 * One reconciliation of a resource in a period: the first event passes at once, those that follow
 * wait for the rest of the period and become one. JOSDK 5.2.3 has a limiter of its own, which
 * answers with the time that has passed and not with the time that is left.
 */
final class PerResourceRateLimiter implements RateLimiter<PerResourceRateLimiter.Last> {

  private final long periodNanos;

  PerResourceRateLimiter(Duration period) {
    periodNanos = period.toNanos();
  }

  /** When a resource passed last; JOSDK asks for one resource from one thread at a time. */
  static final class Last implements RateLimitState {
    private boolean passedBefore;
    private long atNanos;
  }

  @Override
  public Optional<Duration> isLimited(RateLimitState state) {
    Last last = (Last) state;
    long now = System.nanoTime();
    long leftNanos = last.passedBefore ? last.atNanos + periodNanos - now : 0;
    if (leftNanos > 0) {
      return Optional.of(Duration.ofNanos(leftNanos));
    }
    last.passedBefore = true;
    last.atNanos = now;
    return Optional.empty();
  }

  @Override
  public Last initState() {
    return new Last();
  }
}
