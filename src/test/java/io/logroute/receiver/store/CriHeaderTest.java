// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.wire.StandardStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CriHeaderTest {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  @Test
  void shouldSayTheTimeAsTheJdkDoes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    CriHeader header = new CriHeader();
    long nanos = 0;
    for (int i = 0; i < 10_000; i++) {
      nanos =
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong(Long.MAX_VALUE);
            case 1 -> -random.nextLong(1L << 60);
            case 2 -> Math.floorDiv(nanos, 1_000_000_000) * 1_000_000_000;
            default -> nanos + random.nextInt(1_000_000);
          };
      nanos = Math.clamp(nanos, Long.MIN_VALUE / 2, Long.MAX_VALUE / 2);
      header.set(nanos, StandardStream.STDOUT, false);
      byte[] bytes = new byte[CriHeader.MAX_BYTES];
      int length = header.write(false, bytes, 0);
      Instant time =
          Instant.ofEpochSecond(
              Math.floorDiv(nanos, 1_000_000_000), Math.floorMod(nanos, 1_000_000_000));
      assertThat(new String(bytes, 0, length, US_ASCII))
          .as("seed %d", seed)
          .isEqualTo(TIME.format(time) + " stdout F ");
    }
  }
}
