// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times against java.time. */
class RecordTimeTest {

  private static long parse(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(US_ASCII);
    return RecordTime.epochNanos(bytes, 2, bytes.length - 2);
  }

  private static long nanos(OffsetDateTime time) {
    Instant instant = time.toInstant();
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  @Test
  void shouldAgreeWithJavaTimeWhenTimesAreRandom() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      int offsetMinutes = random.nextInt(2 * 14 * 60) - 14 * 60;
      OffsetDateTime time =
          LocalDateTime.ofEpochSecond(
                  random.nextLong(4_000_000_000L) - 1_000_000_000L,
                  random.nextInt(1_000_000_000),
                  ZoneOffset.UTC)
              .atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
      int digits = random.nextInt(10);
      String fraction =
          digits == 0 ? "" : "." + "%09d".formatted(time.getNano()).substring(0, digits);
      String text =
          time.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss"))
              + fraction
              + (offsetMinutes == 0 && random.nextBoolean()
                  ? "Z"
                  : time.format(DateTimeFormatter.ofPattern("xxx")));
      assertThat(parse(text))
          .as("seed %d: %s", seed, text)
          .isEqualTo(nanos(OffsetDateTime.parse(text)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z",
        "2026-11-22T10:00:00",
        "2026-11-22T10:00:00+2:00",
        "2026-11-22 10:00:00Z",
        "2026-11-22T10:00:00.1",
        "2026-11-22T1x:00:00Z",
        "1600-11-22T10:00:00Z",
        "not a time at all, is it",
        ""
      })
  void shouldSayNoneWhenItIsNoTime(String text) {
    assertThat(parse(text)).isEqualTo(RecordTime.NONE);
  }

  @Test
  void shouldFindNewlinesWhereASlowSearchDoes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int n = random.nextInt(3); n > 0 && bytes.length > 0; n--) {
        bytes[random.nextInt(bytes.length)] = '\n';
      }
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      int expected = -1;
      for (int at = to - 1; at >= from; at--) {
        expected = bytes[at] == '\n' ? at : expected;
      }
      assertThat(Newlines.indexOf(bytes, from, to)).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
