// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

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

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  static CriHeader arrivedAt(Instant time) {
    String start = TIME.format(time) + " stdout F";
    return new CriHeader(
        (start + " ").getBytes(US_ASCII), (start + ":" + ESCAPED + " ").getBytes(US_ASCII));
  }
}
