// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.route;

import io.logroute.table.NodeRouteTable.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * Lines a second of one container, by the lines' own time stamps: a bucket that the time between
 * two lines fills, so that catching up is not punished. Used by one thread.
 */
public final class RateLimiter {

  private static final double NANOS_PER_SECOND = 1e9;

  private final long linesPerSecond;
  private final double burst;
  private double tokens;
  private long lastEpochNanos = Long.MIN_VALUE;

  /**
   * @param limit null: no limit
   */
  public RateLimiter(@Nullable RateLimit limit) {
    this.linesPerSecond = limit == null ? 0 : limit.linesPerSecond();
    this.burst = limit == null ? 0 : Math.max(1, limit.burst());
    this.tokens = burst;
  }

  public boolean isLimited() {
    return linesPerSecond > 0;
  }

  /** Whether a line of this time is within the limit. Changes nothing but the clock. */
  public boolean allows(long epochNanos) {
    if (lastEpochNanos != Long.MIN_VALUE && epochNanos > lastEpochNanos) {
      double seconds = (epochNanos - lastEpochNanos) / NANOS_PER_SECOND;
      tokens = Math.min(burst, tokens + seconds * linesPerSecond);
    }
    lastEpochNanos = Math.max(lastEpochNanos, epochNanos);
    return tokens >= 1;
  }

  /** A line was sent. */
  public void take() {
    tokens = isLimited() ? tokens - 1 : tokens;
  }
}
