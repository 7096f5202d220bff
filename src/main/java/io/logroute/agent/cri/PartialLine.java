// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import java.util.Arrays;

/**
 * The beginning of a line whose end has not been seen yet. Keeps at most a number of bytes and
 * counts the rest, so that a line without an end costs no more than the longest that is sent. When
 * there is no memory for it, it is <em>spilled</em>: only counted, its bytes being where they came
 * from. Used by one thread.
 */
public final class PartialLine {

  private static final byte[] NOTHING = {};
  private static final int SMALLEST_BYTES = 32 * 1024;

  private final int maxBytes;
  private byte[] bytes = NOTHING;
  private int length;
  private long total;
  private final LineMemory memory;
  private boolean open;
  private boolean spilled;

  /**
   * @param memory for all such lines together
   */
  public PartialLine(int maxBytes, LineMemory memory) {
    this.maxBytes = maxBytes;
    this.memory = memory;
  }

  /** Adds a piece; of what is over the limit only the length is kept. */
  public void append(byte[] source, int from, int to) {
    open = true;
    int count = Math.min(to - from, maxBytes - length);
    if (!spilled && length + count > bytes.length) {
      growTo(length + count);
    }
    if (!spilled) {
      System.arraycopy(source, from, bytes, length, count);
    }
    length += count;
    total += to - from;
  }

  private void growTo(int atLeast) {
    int wanted = Math.max(SMALLEST_BYTES, Math.max(atLeast, 2 * bytes.length));
    int capacity = Math.min(maxBytes, wanted);
    if (memory.take(capacity - bytes.length)) {
      bytes = Arrays.copyOf(bytes, capacity);
    } else {
      drop();
      spilled = true;
    }
  }

  private void drop() {
    memory.giveBack(bytes.length);
    bytes = NOTHING;
  }

  /** Takes back what {@link #append} added since the line had this many bytes. */
  public void rewindTo(long totalBytes) {
    total = totalBytes;
    length = (int) Math.min(totalBytes, maxBytes);
  }

  /** Forgets the line and gives its memory back. */
  public void clear() {
    drop();
    length = 0;
    total = 0;
    open = false;
    spilled = false;
  }

  /** Whether its bytes are not here: there was no memory for them. */
  public boolean isSpilled() {
    return spilled;
  }

  public boolean isOpen() {
    return open;
  }

  /** The array that holds the line from index 0 on; valid until the next change. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes are kept. */
  public int length() {
    return length;
  }

  /** How many bytes the line has had so far, those included that were not kept. */
  public long totalBytes() {
    return total;
  }
}
