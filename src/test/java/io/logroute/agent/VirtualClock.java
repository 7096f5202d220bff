// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.time.Instant;

/** A clock that stands until it is turned. Used by one thread. */
final class VirtualClock implements AgentClock {

  private static final long START_EPOCH_NANOS =
      Instant.parse("2026-11-22T10:00:00Z").getEpochSecond() * 1_000_000_000L;

  private long nanos = 1_000_000_000_000L;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    long epoch = epochNanos();
    return Instant.ofEpochSecond(epoch / 1_000_000_000L, epoch % 1_000_000_000L);
  }

  long epochNanos() {
    return START_EPOCH_NANOS + nanos;
  }

  void advanceMs(long ms) {
    nanos += ms * 1_000_000L;
  }
}
