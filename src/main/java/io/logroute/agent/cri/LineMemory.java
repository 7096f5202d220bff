// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all lines whose end has not been seen may take together. Whoever asks gets all of
 * it or nothing. Any thread.
 */
public final class LineMemory {

  /** As much as anybody wants: for one line at a time. */
  public static final LineMemory UNBOUNDED = new LineMemory(Long.MAX_VALUE);

  private final AtomicLong left;

  public LineMemory(long maxBytes) {
    this.left = new AtomicLong(maxBytes);
  }

  /** Takes so many bytes; false: there are not so many left, and nothing is taken. */
  boolean take(long bytes) {
    long before = left.getAndUpdate(now -> now >= bytes ? now - bytes : now);
    return before >= bytes;
  }

  void giveBack(long bytes) {
    left.addAndGet(bytes);
  }

  /** How many bytes are left. */
  public long leftBytes() {
    return left.get();
  }
}
