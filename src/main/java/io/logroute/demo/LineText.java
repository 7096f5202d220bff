// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** What the demo's containers say: believable lines, and now and then an awkward one. */
enum LineText {
  /** A web server's access log. */
  ACCESS {
    @Override
    String ordinary(Random random, long number) {
      return "203.0.113.%d - - \"GET /products/%d?page=%d HTTP/1.1\" %d %d %.3f req=%d"
          .formatted(
              random.nextInt(256),
              random.nextInt(10_000),
              random.nextInt(20),
              random.nextInt(50) == 0 ? 404 : 200,
              random.nextInt(40_000),
              random.nextDouble(),
              number);
    }
  },
  /** An application that logs keys and values. */
  APPLICATION {
    @Override
    String ordinary(Random random, long number) {
      return "level=info msg=\"order updated: %d items\" order=%08x customer=%d seq=%d"
          .formatted(random.nextInt(30), random.nextInt(), random.nextInt(100_000), number);
    }
  },
  /** Documents, one a line; some are longer than what a runtime puts into one record. */
  DOCUMENT {
    @Override
    String ordinary(Random random, long number) {
      int fields = random.nextInt(200) == 0 ? 500 + random.nextInt(1500) : 3;
      StringBuilder text = new StringBuilder("{\"invoice\": " + number);
      for (int i = 0; i < fields; i++) {
        text.append(", \"item%d\": \"%08x, 数量 %d\"".formatted(i, random.nextInt(), i));
      }
      return text.append('}').toString();
    }
  };

  private static final byte[][] AWKWARD = {
    {}, {' '}, {':', ' '}, {'a', ':', ' ', 'b'}, {'\r'}, {0}, {(byte) 0xff, (byte) 0xfe, 'x'}
  };

  abstract String ordinary(Random random, long number);

  /** The bytes of one line. */
  byte[] next(Random random, long number) {
    if (random.nextInt(500) == 0) {
      return AWKWARD[random.nextInt(AWKWARD.length)].clone();
    }
    return ordinary(random, number).getBytes(UTF_8);
  }
}
