// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.StreamKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * What a group of batches does to the store, whole or not at all: which bytes come to stand where
 * in which files, and how far each stream is stored by that. Doing it twice is as good as once.
 * Used by one thread.
 */
final class JournalRecord {

  /** Length of what follows the head, and its checksum. */
  static final int HEAD_BYTES = 2 * Integer.BYTES;

  private static final int ARRAY_BYTES = 64 * 1024;
  private static final int FEW_BYTES = 32;

  /** Lines of more bytes are not copied. */
  private static final int COPIED_BYTES = 4 * 1024;

  /** Takes what a record says. */
  interface Visitor {
    void lines(String file, long position, ByteBuffer bytes) throws IOException;

    void mark(StreamKey stream, long end, long heardAt);
  }

  private final List<ByteBuffer> parts = new ArrayList<>();
  private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
  private final byte[] spare = new byte[ARRAY_BYTES];

  /** What was put since the last part that is somebody else's. */
  private ByteBuffer bytes = ByteBuffer.wrap(spare);

  /** Begins anew; what {@link #end} gave is not valid any more. */
  void begin() {
    parts.clear();
    parts.add(head.clear());
    bytes = ByteBuffer.wrap(spare);
  }

  void files(int count) {
    room(FEW_BYTES).putInt(count);
  }

  /**
   * Says what comes to stand in a file.
   *
   * @param lines one behind the other; nobody changes them before the record is written
   */
  void lines(String file, long position, List<ByteBuffer> lines) {
    byte[] name = file.getBytes(UTF_8);
    int length = lines.stream().mapToInt(ByteBuffer::remaining).sum();
    room(FEW_BYTES + name.length);
    bytes.putShort((short) name.length).put(name).putLong(position).putInt(length);
    for (ByteBuffer each : lines) {
      if (each.remaining() <= COPIED_BYTES) {
        room(each.remaining()).put(each.duplicate());
      } else {
        closePart();
        parts.add(each.duplicate());
      }
    }
  }

  void marks(Collection<Map.Entry<StreamKey, Long>> marks, long heardAt) {
    room(FEW_BYTES + marks.size() * 3 * Long.BYTES).putLong(heardAt).putInt(marks.size());
    for (Map.Entry<StreamKey, Long> mark : marks) {
      bytes.putLong(mark.getKey().high()).putLong(mark.getKey().low()).putLong(mark.getValue());
    }
  }

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      closePart();
      bytes = ByteBuffer.allocate(Math.max(ARRAY_BYTES, more));
    }
    return bytes;
  }

  private void closePart() {
    if (bytes.position() > 0) {
      parts.add(bytes.duplicate().flip());
      bytes = bytes.slice();
    }
  }

  /** Ends it, and gives it as it stands in the journal, one part behind the other. */
  List<ByteBuffer> end() {
    closePart();
    CRC32C crc = new CRC32C();
    int length = 0;
    for (ByteBuffer part : parts.subList(1, parts.size())) {
      length += part.remaining();
      crc.update(part.duplicate());
    }
    head.putInt(length).putInt((int) crc.getValue()).flip();
    return List.copyOf(parts);
  }

  static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Reads what stands behind the head of a record whose checksum was found right. */
  static void read(ByteBuffer record, Visitor visitor) throws IOException {
    for (int files = record.getInt(); files > 0; files--) {
      byte[] name = new byte[Short.toUnsignedInt(record.getShort())];
      record.get(name);
      long position = record.getLong();
      int length = record.getInt();
      visitor.lines(new String(name, UTF_8), position, record.slice(record.position(), length));
      record.position(record.position() + length);
    }
    long heardAt = record.getLong();
    for (int marks = record.getInt(); marks > 0; marks--) {
      visitor.mark(new StreamKey(record.getLong(), record.getLong()), record.getLong(), heardAt);
    }
  }
}
