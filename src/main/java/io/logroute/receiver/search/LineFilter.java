// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.receiver.store.LineFeeds;
import io.logroute.receiver.store.LineTime;
import io.logroute.receiver.store.StoredLog;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the lines of a block and says which are wanted. Looks for the text first, in the whole
 * block, since mostly it is not there. Used by one thread.
 */
final class LineFilter {

  /** Takes what was found. */
  interface Found {
    void line(long nanos, long offset, byte[] bytes, int from, int to) throws IOException;
  }

  private final long sinceNanos;
  private final long untilNanos;
  private final byte @Nullable [] stream;
  private final @Nullable ByteFinder text;
  private final boolean textMayBeEscaped;
  private final LineTime time = new LineTime();

  private long scannedBytes;

  LineFilter(Query query) {
    byte[] contains = query.contains();
    this.sinceNanos = query.sinceNanos();
    this.untilNanos = query.untilNanos();
    this.stream = query.stream() == null ? null : (query.stream() + " ").getBytes(US_ASCII);
    this.text = contains == null || contains.length == 0 ? null : new ByteFinder(contains);
    this.textMayBeEscaped = contains != null && hasEscapes(contains);
  }

  private static boolean hasEscapes(byte[] text) {
    for (byte b : text) {
      if (b == '\n' || b == '\\') {
        return true;
      }
    }
    return false;
  }

  /** Bytes that were looked at. */
  long scannedBytes() {
    return scannedBytes;
  }

  /**
   * Finds the wanted lines.
   *
   * @param start where the bytes stand in the file
   * @param length of the whole lines in {@code bytes}
   */
  void find(long start, byte[] bytes, int length, Found found) throws IOException {
    scannedBytes += length;
    ByteFinder finder = textMayBeEscaped ? null : text;
    long lastNanos = 0;
    int at = 0;
    while (at < length) {
      if (finder != null) {
        int hit = finder.find(bytes, at, length);
        if (hit < 0) {
          return;
        }
        at = startOfLine(bytes, at, hit);
      }
      int end = LineFeeds.next(bytes, at, length);
      long nanos = time.nanos(bytes, at, end);
      lastNanos = nanos == LineTime.NONE ? lastNanos : nanos;
      if (lastNanos >= sinceNanos && lastNanos < untilNanos && isWanted(bytes, at, end)) {
        found.line(lastNanos, start + at, bytes, at, end);
      }
      at = end + 1;
    }
  }

  private static int startOfLine(byte[] bytes, int from, int hit) {
    int at = hit;
    while (at > from && bytes[at - 1] != '\n') {
      at--;
    }
    return at;
  }

  private boolean isWanted(byte[] bytes, int from, int to) {
    if (stream != null && !isAt(stream, bytes, from + LineTime.LENGTH + 1, to)) {
      return false;
    }
    if (text == null) {
      return true;
    }
    byte[] line = StoredLog.content(bytes, from, to);
    return text.find(line, 0, line.length) >= 0;
  }

  private static boolean isAt(byte[] wanted, byte[] bytes, int from, int to) {
    return from + wanted.length <= to
        && Arrays.equals(bytes, from, from + wanted.length, wanted, 0, wanted.length);
  }
}
