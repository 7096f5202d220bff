// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of a batch against ZMTP frames written by hand, and what subscriptions cover. */
class BatchTest {

  private static void frame(ByteArrayOutputStream out, boolean more, byte[] body) {
    if (body.length <= 255) {
      out.write(more ? 1 : 0);
      out.write(body.length);
    } else {
      out.write(more ? 3 : 2);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) body.length >>> shift));
      }
    }
    out.writeBytes(body);
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void shouldBeMessagesOfThreeFrames() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] lengths = {0, 1, 240, 251, 252, 253, 254, 255, 256, 257, 300, 70_000};
    Batch batch = new Batch(600_000, Batch.Prefix.of(new byte[] {'x'}, new byte[0], new byte[0]));
    for (int round = 0; round < 50; round++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      int headerBytes = 0;
      int lines = 1 + random.nextInt(8);
      for (int i = 0; i < lines; i++) {
        byte[] tenant = random(random, 1 + random.nextInt(128));
        byte[] service = random(random, 1 + random.nextInt(128));
        byte[] tag = random(random, random.nextInt(20));
        byte[] line = random(random, lengths[random.nextInt(lengths.length)]);
        Batch.Prefix prefix = Batch.Prefix.of(tenant, service, tag);
        if (i == 0) {
          batch.reset(prefix);
        }
        int wanted = Batch.roomFor(prefix, line.length);
        assertThat(batch.hasRoomFor(wanted)).isTrue();
        batch.add(prefix, join(new byte[7], line), 7, line.length);
        frame(expected, true, tenant);
        frame(expected, true, service);
        byte[] third = join(tag, ": ".getBytes(UTF_8), line);
        frame(expected, false, third);
        if (i == 0) {
          headerBytes = expected.size() - third.length;
          assertThat(batch.firstFrameLength()).isEqualTo(third.length);
        }
      }
      byte[] wire = expected.toByteArray();
      assertThat(batch.lines()).isEqualTo(lines);
      assertThat(Arrays.copyOf(batch.bytes(), batch.length()))
          .as("seed %d", seed)
          .isEqualTo(Arrays.copyOfRange(wire, headerBytes, wire.length));
    }
  }

  @Test
  void shouldCoverByPrefixesOfTheTenant() {
    Subscriptions subscriptions = new Subscriptions();
    assertThat(subscriptions.isEmpty()).isTrue();
    assertThat(subscriptions.change("\u0001team-a".getBytes(UTF_8))).isTrue();
    assertThat(subscriptions.change("\u0001team-a".getBytes(UTF_8))).isFalse();
    assertThat(subscriptions.change("\u0002team-b".getBytes(UTF_8))).isFalse();
    assertThat(subscriptions.change(new byte[0])).isFalse();
    assertThat(subscriptions.cover("team-a".getBytes(UTF_8))).isTrue();
    assertThat(subscriptions.cover("team-abc".getBytes(UTF_8))).isTrue();
    assertThat(subscriptions.cover("team".getBytes(UTF_8))).isFalse();
    assertThat(subscriptions.cover("team-b".getBytes(UTF_8))).isFalse();
    assertThat(subscriptions.change("\u0000team-a".getBytes(UTF_8))).isTrue();
    assertThat(subscriptions.isEmpty()).isTrue();
    assertThat(subscriptions.change(new byte[] {1})).isTrue();
    assertThat(subscriptions.cover("anybody".getBytes(UTF_8))).isTrue();
    subscriptions.clear();
    assertThat(subscriptions.cover("anybody".getBytes(UTF_8))).isFalse();
  }
}
