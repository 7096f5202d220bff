// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import io.logroute.receiver.store.FileId;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;

/**
 * The place of a line in the order of all lines of a service.
 *
 * @param nanos its time, since 1970
 * @param stream a hash of the stream's name
 * @param file which of the stream's files
 * @param offset of its first byte in the plain bytes of the file
 */
record LineKey(long nanos, long stream, FileId file, long offset) implements Comparable<LineKey> {

  private static final int BYTES = 4 * Long.BYTES + Integer.BYTES;

  private static final Comparator<LineKey> ORDER =
      Comparator.comparingLong(LineKey::nanos)
          .thenComparingLong(LineKey::stream)
          .thenComparing(LineKey::file)
          .thenComparingLong(LineKey::offset);

  /** Before every line of this time. */
  static LineKey before(long nanos) {
    return new LineKey(
        nanos, Long.MIN_VALUE, new FileId(Long.MIN_VALUE, Integer.MIN_VALUE), Long.MIN_VALUE);
  }

  /** After every line of this time. */
  static LineKey after(long nanos) {
    return new LineKey(
        nanos, Long.MAX_VALUE, new FileId(Long.MAX_VALUE, Integer.MAX_VALUE), Long.MAX_VALUE);
  }

  @Override
  public int compareTo(LineKey other) {
    return ORDER.compare(this, other);
  }

  /** As text that fits into an address. */
  String text() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(nanos).putLong(stream).putLong(file.firstNanos()).putInt(file.checksum());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.putLong(offset).array());
  }

  /** Reads {@link #text}; empty when it is something else. */
  static Optional<LineKey> parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() != BYTES) {
        return Optional.empty();
      }
      return Optional.of(
          new LineKey(
              bytes.getLong(),
              bytes.getLong(),
              new FileId(bytes.getLong(), bytes.getInt()),
              bytes.getLong()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
