// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import java.util.Arrays;

/**
 * The beginning of a line whose end has not been seen yet. Keeps at most a number of bytes and
 * counts the rest, so that a line without an end costs no more than the longest that is sent. Used
 * by one thread.
 */
public final class PartialLine {

  private static final byte[] NOTHING = {};
  private static final int SMALLEST_BYTES = 32 * 1024;

  private final int maxBytes;
  private byte[] bytes = NOTHING;
  private int length;
  private long total;
  private boolean open;

  public PartialLine(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Adds a piece; of what is over the limit only the length is kept. */
  public void append(byte[] source, int from, int to) {
    open = true;
    int count = Math.min(to - from, maxBytes - length);
    if (length + count > bytes.length) {
      int wanted = Math.max(SMALLEST_BYTES, Math.max(length + count, 2 * bytes.length));
      bytes = Arrays.copyOf(bytes, Math.min(maxBytes, wanted));
    }
    System.arraycopy(source, from, bytes, length, count);
    length += count;
    total += to - from;
  }

  /** Takes back what {@link #append} added since the line had this many bytes. */
  public void rewindTo(long totalBytes) {
    total = totalBytes;
    length = (int) Math.min(totalBytes, maxBytes);
  }

  /** Forgets the line and gives its memory back. */
  public void clear() {
    bytes = NOTHING;
    length = 0;
    total = 0;
    open = false;
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
