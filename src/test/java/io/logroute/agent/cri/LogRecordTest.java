// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records against a slow oracle that shares no code, and Docker's records. */
class LogRecordTest {

  /** ISO 8859-1 keeps every byte as one character. */
  private static final Pattern CRI =
      Pattern.compile("(\\S{20,35}) (stdout|stderr) ([PF])(:[^ ]*)? (.*)", Pattern.DOTALL);

  private final LogRecord record = new LogRecord();

  @Test
  void shouldAgreeWithTheOracleWhenRecordsAreRandom() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = content(random);
      byte[] bytes = concat(header(random), content);
      byte[] padded = new byte[bytes.length + 40];
      Arrays.fill(padded, (byte) ' ');
      int from = random.nextInt(20);
      System.arraycopy(bytes, 0, padded, from, bytes.length);
      record.parse(padded, from, from + bytes.length);
      String text = new String(bytes, ISO_8859_1);
      Matcher m = CRI.matcher(text);
      String what = "seed " + seed + ": " + text;
      assertThat(m.matches()).as(what).isTrue();
      assertThat(record.isMalformed()).as(what).isFalse();
      assertThat(record.isStderr()).as(what).isEqualTo(m.group(2).equals("stderr"));
      assertThat(record.isPartial()).as(what).isEqualTo(m.group(3).equals("P"));
      assertThat(taken()).as(what).isEqualTo(m.group(5).getBytes(ISO_8859_1));
    }
  }

  @Test
  void shouldSendWholeWhatIsNoRecordWhenAnyByteIsLacking() {
    byte[] bytes = "2026-11-22T10:00:00.1Z stdout F x".getBytes(UTF_8);
    for (int length = 0; length < bytes.length - 1; length++) {
      record.parse(bytes, 0, length);
      assertThat(record.isMalformed()).as("length %d", length).isTrue();
      assertThat(taken()).isEqualTo(Arrays.copyOf(bytes, length));
      assertThat(record.isStderr()).isFalse();
      assertThat(record.isPartial()).isFalse();
    }
    record.parse(bytes, 0, bytes.length - 1);
    assertThat(record.isMalformed()).isFalse();
    assertThat(record.contentLength()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22T10:00:00.1Z stdxut F x",
        "2026-11-22T10:00:00.1Z stdout X x",
        "2026-11-22T10:00:00.1Z stdout Fx x",
        "2026-11-22T10:00:00.1Z  stdout F x",
        "2026-11-22 10:00:00.1Z stdout F x",
        "a line of no runtime",
        "{\"log\":\"unfinished",
        "{\"stream\":\"stdout\"}",
        "{}",
        "{\"log\":1}"
      })
  void shouldSendWholeWhatIsNoRecord(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    record.parse(bytes, 0, bytes.length);
    assertThat(record.isMalformed()).isTrue();
    assertThat(new String(taken(), UTF_8)).isEqualTo(text);
  }

  @Test
  void shouldNeverFailWhenBytesAreDamaged() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[][] seeds = {
      "2026-11-22T10:00:00.123+02:00 stderr P:x some text".getBytes(UTF_8),
      "{\"log\":\"a\\u00e9\\ud83d\\ude00\\n\",\"attrs\":{\"a\":\"}\"},\"stream\":\"stderr\",\"time\":\"2026-11-22T10:00:00Z\"}"
          .getBytes(UTF_8)
    };
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = seeds[i % 2].clone();
      for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      byte[] exact = Arrays.copyOf(bytes, length);
      try {
        record.parse(exact, 0, length);
        assertThat(record.contentLength()).isBetween(0, length);
        record.epochNanos();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + new String(exact, ISO_8859_1), e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T10:00:00Z\"}|hello|false|false",
        "{\"log\":\"part\",\"stream\":\"stderr\",\"time\":\"2026-11-22T10:00:00Z\"}|part|true|true",
        "{\"log\":\"\\u003ca\\u003e \\\"q\\\" \\\\ \\/ t\\tr\\r\\n\",\"stream\":\"stdout\",\"time\":\"\"}|<a> \"q\" \\ / t\tr\r|false|false",
        "{\"log\":\"\\ud83d\\ude00 \\ud83d \\n\",\"stream\":\"stdout\"}|\uD83D\uDE00 \uFFFD |false|false",
        "{\"log\":\"x\\n\",\"attrs\":{\"a\":\"}{\",\"b\":\"\\\"\"},\"stream\":\"stderr\"}|x|true|false",
        "{\"stream\":\"stderr\",\"log\":\"\\n\"}|``|true|false"
      })
  void shouldDecodeDockersRecords(String json, String line, boolean stderr, boolean partial) {
    byte[] bytes = json.getBytes(UTF_8);
    record.parse(bytes, 0, bytes.length);
    assertThat(record.isMalformed()).isFalse();
    assertThat(new String(taken(), UTF_8).strip()).isEqualTo(line == null ? "" : line.strip());
    assertThat(record.isStderr()).isEqualTo(stderr);
    assertThat(record.isPartial()).isEqualTo(partial);
  }

  private byte[] taken() {
    return Arrays.copyOfRange(record.content(), record.contentStart(), record.contentEnd());
  }

  private static byte[] header(Random random) {
    StringBuilder time = new StringBuilder("20%02d-11-22T10:00:00".formatted(random.nextInt(100)));
    int digits = random.nextInt(10);
    if (digits > 0) {
      time.append('.');
      for (int i = 0; i < digits; i++) {
        time.append(random.nextInt(10));
      }
    }
    time.append(
        random.nextBoolean()
            ? "Z"
            : "%s%02d:%02d"
                .formatted(
                    random.nextBoolean() ? "+" : "-", random.nextInt(15), random.nextInt(60)));
    String[] tags = {"", "", ":", ":x", ":partial:F", ":\u00e9"};
    return (time
            + (random.nextBoolean() ? " stdout " : " stderr ")
            + (random.nextBoolean() ? "P" : "F")
            + tags[random.nextInt(tags.length)]
            + " ")
        .getBytes(ISO_8859_1);
  }

  private static byte[] content(Random random) {
    byte[] content = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(60)];
    random.nextBytes(content);
    byte[] frequent = {0, ' ', '\r', ':', '{', (byte) 0xC3};
    for (int i = 0; i < content.length; i++) {
      if (random.nextInt(3) == 0 || content[i] == '\n') {
        content[i] = frequent[random.nextInt(frequent.length)];
      }
    }
    return content;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
