// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a stream of lines block by block. Used by one thread. */
public final class BlockInput {

  private final InputStream in;
  private byte[] bytes = new byte[2 * Block.BYTES];
  private int length;
  private int size;

  /**
   * @param in is not closed
   */
  public BlockInput(InputStream in) {
    this.in = in;
  }

  /**
   * Goes to the next block: at least {@link Block#BYTES} and whole lines, but at the stream's end.
   *
   * @return its length, from the first of {@link #bytes}; 0: there is none
   */
  public int next() throws IOException {
    System.arraycopy(bytes, length, bytes, 0, size - length);
    size -= length;
    length = 0;
    int searched = Block.BYTES - 1;
    while (true) {
      int found = LineFeeds.next(bytes, searched, Math.max(searched, size));
      if (found < size) {
        length = found + 1;
        return length;
      }
      searched = Math.max(searched, size);
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
      int count = in.read(bytes, size, bytes.length - size);
      if (count < 0) {
        length = size;
        return length;
      }
      size += count;
    }
  }

  /** What the block stands in; valid until the next. */
  public byte[] bytes() {
    return bytes;
  }
}
