// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.ReceivedLine;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** CRI lines on their way to a file. Used by one thread. */
final class PendingLines {

  private static final int START_BYTES = 1024;

  private byte[] bytes = new byte[START_BYTES];
  private int size;
  private int lines;
  private int escapedLines;
  private long lineBytes;

  void append(CriHeader header, ReceivedLine line) {
    append(header, line.frame(), line.offset(), line.lengthBytes());
  }

  /** Takes a line that stands in someone else's bytes. */
  void append(CriHeader header, byte[] source, int offset, int length) {
    if (hasLineFeed(source, offset, length)) {
      appendEscaped(header, source, offset, length);
    } else {
      room(header.plain().length + length + 1);
      put(header.plain(), 0, header.plain().length);
      put(source, offset, length);
      bytes[size++] = '\n';
    }
    lines++;
    lineBytes += length;
  }

  private void appendEscaped(CriHeader header, byte[] source, int offset, int length) {
    room(header.escaped().length + 2 * length + 1);
    put(header.escaped(), 0, header.escaped().length);
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

  private static boolean hasLineFeed(byte[] source, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (source[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }

  private void put(byte[] source, int from, int length) {
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  /** The bytes as the file is to have them. */
  ByteBuffer asBuffer() {
    return ByteBuffer.wrap(bytes, 0, size);
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
