// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.ReceivedLine;
import java.nio.ByteBuffer;
import java.util.List;

/** CRI lines on their way to a file, with the blocks they make. Used by one thread. */
final class PendingLines {

  private static final int START_BYTES = 1024;
  private static final byte[] NOTHING = new byte[0];

  private final BlockList blocks = new BlockList();
  private final SpareArrays arrays;
  private byte[] bytes;
  private int size;
  private int lines;
  private int escapedLines;
  private long lineBytes;

  /**
   * @param arrays where the bytes are kept, until {@link #release}
   */
  PendingLines(SpareArrays arrays) {
    this.arrays = arrays;
    this.bytes = arrays.take(START_BYTES);
  }

  void append(CriHeader header, ReceivedLine line) {
    append(header, line.frame(), line.offset(), line.lengthBytes());
  }

  /** Takes a line that stands in someone else's bytes. */
  void append(CriHeader header, byte[] source, int offset, int length) {
    int from = size;
    if (LineFeeds.next(source, offset, offset + length) < offset + length) {
      appendEscaped(header, source, offset, length);
    } else {
      room(CriHeader.MAX_BYTES + length + 1);
      size = header.write(false, bytes, size);
      System.arraycopy(source, offset, bytes, size, length);
      size += length;
      bytes[size++] = '\n';
    }
    blocks.line(header.nanos(), size - from);
    lines++;
    lineBytes += length;
  }

  private void appendEscaped(CriHeader header, byte[] source, int offset, int length) {
    room(CriHeader.MAX_BYTES + 2 * length + 1);
    size = header.write(true, bytes, size);
    for (int i = offset; i < offset + length; i++) {
      byte b = source[i];
      if (b == '\n' || b == '\\') {
        bytes[size++] = '\\';
      }
      bytes[size++] = b == '\n' ? (byte) 'n' : b;
    }
    bytes[size++] = '\n';
    escapedLines++;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      byte[] larger = arrays.take(Math.max(size + more, bytes.length * 2));
      System.arraycopy(bytes, 0, larger, 0, size);
      arrays.give(bytes);
      bytes = larger;
    }
  }

  /** The bytes as the file is to have them. */
  ByteBuffer asBuffer() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  /** They have been written; only the counts stay. */
  void release() {
    arrays.give(bytes);
    bytes = NOTHING;
  }

  /** The same bytes cut into blocks, as if a file began with them. */
  List<Block> blocks() {
    return blocks.blocks();
  }

  int size() {
    return size;
  }

  int lines() {
    return lines;
  }

  int escapedLines() {
    return escapedLines;
  }

  /** Bytes of the lines themselves, as they were received. */
  long lineBytes() {
    return lineBytes;
  }
}
