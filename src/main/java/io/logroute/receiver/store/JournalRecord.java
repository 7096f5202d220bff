// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.sink.StreamKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
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

  private static final int USUAL_BYTES = 1 << 20;
  private static final int FEW_BYTES = 32;

  /** Takes what a record says. */
  interface Visitor {
    void lines(String file, long position, ByteBuffer bytes) throws IOException;

    void mark(StreamKey stream, long end, long heardAt);
  }

  private byte[] array = new byte[USUAL_BYTES];
  private ByteBuffer bytes = ByteBuffer.wrap(array);

  /** Begins anew. */
  void begin() {
    if (array.length > 8 * USUAL_BYTES) {
      array = new byte[USUAL_BYTES];
      bytes = ByteBuffer.wrap(array);
    }
    bytes.clear().position(HEAD_BYTES);
  }

  void files(int count) {
    room(FEW_BYTES).putInt(count);
  }

  void lines(String file, long position, ByteBuffer lines) {
    byte[] name = file.getBytes(UTF_8);
    room(FEW_BYTES + name.length + lines.remaining());
    bytes.putShort((short) name.length).put(name).putLong(position);
    bytes.putInt(lines.remaining()).put(lines);
  }

  void marks(Collection<Map.Entry<StreamKey, Long>> marks, long heardAt) {
    room(FEW_BYTES + marks.size() * 3 * Long.BYTES).putLong(heardAt).putInt(marks.size());
    for (Map.Entry<StreamKey, Long> mark : marks) {
      bytes.putLong(mark.getKey().high()).putLong(mark.getKey().low()).putLong(mark.getValue());
    }
  }

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      int position = bytes.position();
      array = Arrays.copyOf(array, Math.max(2 * array.length, position + more));
      bytes = ByteBuffer.wrap(array).position(position);
    }
    return bytes;
  }

  /** Ends it, and gives it as it stands in the journal. */
  ByteBuffer end() {
    int length = bytes.position() - HEAD_BYTES;
    bytes.putInt(0, length).putInt(Integer.BYTES, checksum(array, HEAD_BYTES, length));
    return ByteBuffer.wrap(array, 0, bytes.position());
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
