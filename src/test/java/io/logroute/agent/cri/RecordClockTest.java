// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.cri;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** One clock for many records against {@link RecordTime}, which {@link RecordTimeTest} checks. */
class RecordClockTest {

  private final RecordClock clock = new RecordClock();

  private void check(String text, String why) {
    byte[] bytes = ("xx" + text + "yy").getBytes(US_ASCII);
    assertThat(clock.epochNanos(bytes, 2, bytes.length - 2))
        .as("%s: %s", why, text)
        .isEqualTo(RecordTime.epochNanos(bytes, 2, bytes.length - 2));
  }

  @Test
  void shouldSayWhatAFreshLookSaysWhateverCameBefore() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      String fraction = "%011d".formatted(random.nextLong(100_000_000_000L));
      int digits = random.nextInt(12);
      String text =
          "2026-11-%02dT10:%02d:%02d"
                  .formatted(1 + random.nextInt(2), random.nextInt(2), random.nextInt(63))
              + (digits == 0 ? "" : "." + fraction.substring(0, digits))
              + (random.nextInt(8) == 0 ? "+01:00" : "Z");
      check(random.nextInt(16) == 0 ? damaged(text, random) : text, "seed " + seed);
    }
  }

  private static String damaged(String text, Random random) {
    int at = random.nextInt(text.length());
    return text.substring(0, at) + "x:.9".charAt(random.nextInt(4)) + text.substring(at + 1);
  }

  @Test
  void shouldReadALeapSecond() {
    check("2026-06-30T23:59:59.5Z", "before it");
    check("2026-06-30T23:59:60.5Z", "it");
    check("2026-06-30T23:59:58.5Z", "after it");
  }
}
