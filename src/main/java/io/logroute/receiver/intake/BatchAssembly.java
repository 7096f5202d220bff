// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The batch that a socket's thread is filling, bounded in bytes and lines. Used by one thread. */
final class BatchAssembly {

  static final int MAX_BYTES = 256 * 1024;
  static final int MAX_LINES = 4096;

  private final Clock clock;
  private final List<ReceivedLine> lines = new ArrayList<>(MAX_LINES);
  private Instant arrivedAt = Instant.EPOCH;
  private long bytes;

  BatchAssembly(Clock clock) {
    this.clock = clock;
  }

  void add(ReceivedLine line) {
    if (lines.isEmpty()) {
      arrivedAt = clock.instant();
    }
    lines.add(line);
    bytes += line.lengthBytes();
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  boolean isFull() {
    return bytes >= MAX_BYTES || lines.size() >= MAX_LINES;
  }

  int lines() {
    return lines.size();
  }

  long bytes() {
    return bytes;
  }

  /** Hands out what was collected and begins anew. */
  LineBatch take() {
    LineBatch batch = new LineBatch(arrivedAt, lines);
    lines.clear();
    bytes = 0;
    return batch;
  }
}
