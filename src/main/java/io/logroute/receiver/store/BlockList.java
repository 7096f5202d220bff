// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a file into blocks while its lines go by, and goes on where it stopped when the file has
 * grown. A line without a time of its own counts as of the time before it. Used by one thread.
 */
public final class BlockList {

  private final LineTime time = new LineTime();
  private final List<Block> closed = new ArrayList<>();
  private long start;
  private long end;
  private long minNanos = Long.MAX_VALUE;
  private long maxNanos = Long.MIN_VALUE;
  private long lastNanos;
  private int lines;

  /** Up to where lines were seen. */
  public long end() {
    return end;
  }

  /**
   * Sees the whole lines among bytes that follow on what was seen before.
   *
   * @return how many bytes those lines have
   */
  public int add(byte[] bytes, int from, int to) {
    int line = from;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        addLine(time.nanos(bytes, line, i), i + 1 - line);
        line = i + 1;
      }
    }
    return line - from;
  }

  private void addLine(long nanos, int length) {
    if (end - start >= Block.BYTES) {
      close();
    }
    lastNanos = nanos == LineTime.NONE ? lastNanos : nanos;
    minNanos = Math.min(minNanos, lastNanos);
    maxNanos = Math.max(maxNanos, lastNanos);
    end += length;
    lines++;
  }

  private void close() {
    closed.add(open());
    start = end;
    minNanos = Long.MAX_VALUE;
    maxNanos = Long.MIN_VALUE;
    lines = 0;
  }

  private Block open() {
    return new Block(start, end, minNanos, maxNanos, lines, Block.NOT_PACKED, Block.NOT_PACKED);
  }

  /** All blocks by now, the last of which may still grow. */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>(closed);
    if (lines > 0) {
      all.add(open());
    }
    return List.copyOf(all);
  }
}
