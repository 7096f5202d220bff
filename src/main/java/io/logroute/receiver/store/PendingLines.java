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
    byte[] frame = line.frame();
    if (hasLineFeed(frame, line.offset())) {
      appendEscaped(header, line);
    } else {
      room(header.plain().length + line.lengthBytes() + 1);
      put(header.plain(), 0);
      put(frame, line.offset());
      bytes[size++] = '\n';
    }
    lines++;
    lineBytes += line.lengthBytes();
  }

  private void appendEscaped(CriHeader header, ReceivedLine line) {
    room(header.escaped().length + 2 * line.lengthBytes() + 1);
    put(header.escaped(), 0);
    for (int i = line.offset(); i < line.frame().length; i++) {
      byte b = line.frame()[i];
      if (b == '\n' || b == '\\') {
        bytes[size++] = '\\';
      }
      bytes[size++] = b == '\n' ? (byte) 'n' : b;
    }
    bytes[size++] = '\n';
    escapedLines++;
  }

  private static boolean hasLineFeed(byte[] frame, int from) {
    for (int i = from; i < frame.length; i++) {
      if (frame[i] == '\n') {
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

  private void put(byte[] source, int from) {
    System.arraycopy(source, from, bytes, size, source.length - from);
    size += source.length - from;
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
