// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.util.Comparator;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Which of a stream's files it is, by the beginning of its first line: the same under every name
 * and in both forms.
 *
 * @param firstNanos the time of the first line
 * @param checksum of the line's first bytes
 */
public record FileId(long firstNanos, int checksum) implements Comparable<FileId> {

  /** So many bytes of the first line tell it. */
  public static final int HEAD_BYTES = 256;

  private static final Comparator<FileId> ORDER =
      Comparator.comparingLong(FileId::firstNanos).thenComparingInt(FileId::checksum);

  /**
   * Of a file that begins with these bytes; empty when they are too few.
   *
   * @param length up to {@link #HEAD_BYTES}
   */
  public static Optional<FileId> of(byte[] head, int length) {
    int end = 0;
    while (end < length && head[end] != '\n') {
      end++;
    }
    if (end == length && length < HEAD_BYTES) {
      return Optional.empty();
    }
    CRC32C checksum = new CRC32C();
    checksum.update(head, 0, end);
    return Optional.of(new FileId(new LineTime().nanos(head, 0, end), (int) checksum.getValue()));
  }

  @Override
  public int compareTo(FileId other) {
    return ORDER.compare(this, other);
  }
}
