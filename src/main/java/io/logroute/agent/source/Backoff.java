// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.util.random.RandomGenerator;

/**
 * How long to wait after each failure in a row: 500 ms, doubling up to 30 s, each shortened at
 * random by up to a half so that the agents of a cluster do not come back at once. Not thread-safe.
 */
final class Backoff {

  static final long FIRST_MS = 500;
  static final long LONGEST_MS = 30_000;

  private final RandomGenerator random;
  private long nextMs = FIRST_MS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait after one more failure, in milliseconds. */
  long nextMs() {
    long wholeMs = nextMs;
    nextMs = Math.min(LONGEST_MS, 2 * nextMs);
    return wholeMs / 2 + random.nextLong(wholeMs / 2 + 1);
  }

  /** It works again: the next failure is a first one. */
  void reset() {
    nextMs = FIRST_MS;
  }
}
