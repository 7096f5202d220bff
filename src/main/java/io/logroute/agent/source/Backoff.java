// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * How long to wait after each failure in a row: 500 ms, doubling up to a limit, each shortened at
 * random by up to a half so that the agents of a cluster do not come back at once. Not thread-safe.
 */
final class Backoff {

  static final long FIRST_MS = 500;

  /** After an answer: it costs the server work, and will be the same for a while. */
  static final long LONGEST_MS = 30_000;

  /** After none: trying costs next to nothing, and a table should come soon after the server. */
  static final long LONGEST_UNANSWERED_MS = 5_000;

  private final RandomGenerator random;
  private long nextMs = FIRST_MS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait after one more failure, in milliseconds. */
  long nextMs(IOException failure) {
    long longestMs = failure instanceof ApiFailure ? LONGEST_MS : LONGEST_UNANSWERED_MS;
    long wholeMs = Math.min(longestMs, nextMs);
    nextMs = Math.min(longestMs, 2 * wholeMs);
    if (failure instanceof ApiFailure answered && answered.retryAfterMs() > 0) {
      return answered.retryAfterMs() + random.nextLong(FIRST_MS);
    }
    return wholeMs / 2 + random.nextLong(wholeMs / 2 + 1);
  }

  /** Whether no failure has come since it last worked. */
  boolean isAtFirst() {
    return nextMs == FIRST_MS;
  }

  /** It works again: the next failure is a first one. */
  void reset() {
    nextMs = FIRST_MS;
  }
}
