// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.ReceivedLine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * CRI lines on their way to a file, with the blocks they make. They stand in arrays of one size, so
 * that what was written once is not copied when more comes. Used by one thread.
 */
final class PendingLines {

  private static final int START_BYTES = 1024;

  /** An array grows up to this; one that is full is followed by another. */
  static final int ARRAY_BYTES = 256 * 1024;

  private static final byte[] NOTHING = new byte[0];

  private final BlockList blocks = new BlockList();
  private final SpareArrays arrays;
  private final List<ByteBuffer> full = new ArrayList<>();
  private int fullBytes;
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
    int room = CriHeader.MAX_BYTES + length + 1;
    boolean escaped = LineFeeds.next(source, offset, offset + length) < offset + length;
    room(escaped ? room + length : room);
    int from = size;
    if (escaped) {
      appendEscaped(header, source, offset, length);
    } else {
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
    if (bytes.length - size >= more) {
      return;
    }
    if (size + more <= ARRAY_BYTES) {
      byte[] larger = arrays.take(Math.min(ARRAY_BYTES, Math.max(size + more, bytes.length * 2)));
      System.arraycopy(bytes, 0, larger, 0, size);
      arrays.give(bytes);
      bytes = larger;
    } else {
      full.add(ByteBuffer.wrap(bytes, 0, size));
      fullBytes += size;
      bytes = arrays.take(Math.max(ARRAY_BYTES, more));
      size = 0;
    }
  }

  /** The bytes as the file is to have them, one behind the other. */
  List<ByteBuffer> asBuffers() {
    List<ByteBuffer> all = new ArrayList<>(full.size() + 1);
    full.forEach(each -> all.add(each.duplicate()));
    all.add(ByteBuffer.wrap(bytes, 0, size));
    return all;
  }

  /** They have been written; only the counts stay. */
  void release() {
    full.forEach(each -> arrays.give(each.array()));
    full.clear();
    fullBytes += size;
    size = 0;
    arrays.give(bytes);
    bytes = NOTHING;
  }

  /** The same bytes cut into blocks, as if a file began with them. */
  List<Block> blocks() {
    return blocks.blocks();
  }

  /** Of all of them. */
  int sizeBytes() {
    return fullBytes + size;
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
