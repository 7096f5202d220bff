// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.cri.PartialLine;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * A line of one stream whose end has not been seen, and where it began: positions stay there.
 * Belongs to its feed.
 */
final class OpenLine {

  private static final SoftReference<@Nullable PartialLine> NOT_REBUILT = new SoftReference<>(null);

  final PartialLine text;
  private @Nullable Progress begunIn;
  private long begunAt;
  private long recordBytes;
  private @Nullable Progress endsIn;
  private long startInLast;
  private long endInLast;

  /** The text of a spilled line that was read once more and not taken: let go before memory is. */
  SoftReference<@Nullable PartialLine> rebuilt = NOT_REBUILT;

  /** The line's beginning was given up, so its other pieces are too. */
  boolean overflown;

  OpenLine(int maxBytes, LineMemory memory) {
    this.text = new PartialLine(maxBytes, memory);
  }

  boolean isOpen() {
    return text.isOpen();
  }

  /** Notes the beginning, unless the line has begun already. */
  void begin(Progress progress, long position) {
    if (!text.isOpen()) {
      begunIn = progress;
      begunAt = position;
      recordBytes = 0;
    }
  }

  /** Adds a piece, which takes so many bytes of the file from a position on. */
  void append(
      Progress progress, long position, long ofRecordBytes, byte[] bytes, int from, int to) {
    text.append(bytes, from, to);
    extend(progress, position, ofRecordBytes);
    recordBytes += ofRecordBytes;
  }

  /** Notes where the line's last piece stands so far. */
  void extend(Progress progress, long position, long ofRecordBytes) {
    if (endsIn != progress) {
      endsIn = progress;
      startInLast = position;
    }
    endInLast = position + ofRecordBytes;
  }

  /** Takes back what {@link #extend} noted of a piece that was not handed over. */
  void endAt(@Nullable Progress progress, long start, long end) {
    endsIn = progress;
    startInLast = start;
    endInLast = end;
  }

  /** The generation of its last piece; null while there is no line. */
  @Nullable Progress endsIn() {
    return endsIn;
  }

  /** Where its first record in {@link #endsIn} starts. */
  long startInLast() {
    return startInLast;
  }

  /** Where the record behind its last one starts. */
  long endInLast() {
    return endInLast;
  }

  void clear() {
    text.clear();
    rebuilt = NOT_REBUILT;
    begunIn = null;
    endsIn = null;
    recordBytes = 0;
  }

  /** The generation in which it began; null while there is no line. */
  @Nullable Progress begunIn() {
    return begunIn;
  }

  /** The position of its first record. */
  long begunAt() {
    return begunAt;
  }

  /** Bytes of the file that its records take. */
  long recordBytes() {
    return recordBytes;
  }
}
