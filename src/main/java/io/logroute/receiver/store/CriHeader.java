// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.wire.StandardStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What stands before the lines of one batch: time, stream and tags, in both forms.
 *
 * @param plain before a line whose bytes stand as they came
 * @param escaped before a line whose line feeds are written as {@code \n}
 */
@SuppressWarnings("ArrayRecordComponent")
record CriHeader(byte[] plain, byte[] escaped) {

  /** The second tag of a line in which {@code \n} is a line feed and {@code \\} a backslash. */
  static final String ESCAPED = "escaped";

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  /** The second tag of a line of which only the first bytes are there. */
  static final String TRUNCATED = "truncated";

  static CriHeader arrivedAt(Instant time) {
    return of(TIME.format(time) + " stdout F");
  }

  private static CriHeader of(String start) {
    return new CriHeader(
        (start + " ").getBytes(US_ASCII), (start + ":" + ESCAPED + " ").getBytes(US_ASCII));
  }

  /**
   * Of a line with a time and a stream of its own.
   *
   * @param epochNanos since 1970, UTC
   */
  static CriHeader of(long epochNanos, StandardStream stream, boolean truncated) {
    Instant time =
        Instant.ofEpochSecond(
            Math.floorDiv(epochNanos, NANOS_PER_SECOND),
            Math.floorMod(epochNanos, NANOS_PER_SECOND));
    return of(TIME.format(time) + " " + stream.text() + (truncated ? " F:" + TRUNCATED : " F"));
  }
}
