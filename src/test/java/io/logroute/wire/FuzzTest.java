// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever the bytes are, decoding answers. {@code -Dlogroute.fuzz.messages=1000000} for the long
 * run, {@code -Dlogroute.fuzz.seed=N} to see one again.
 */
class FuzzTest {

  private final int messages = Integer.getInteger("logroute.fuzz.messages", 100_000);
  private final long seed = Long.getLong("logroute.fuzz.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final MessageDecoder decoder = new MessageDecoder();
  private final MessageEncoder encoder = new MessageEncoder();
  private int malformed;
  private int sound;

  @Test
  void shouldAnswerWhateverTheBytesAre() {
    List<byte[]> originals = originals();
    for (int i = 0; i < messages; i++) {
      byte[] mutant = mutate(originals.get(random.nextInt(originals.size())));
      try {
        look(decoder.decode(mutant), mutant);
      } catch (RuntimeException e) {
        throw new AssertionError("message " + i + ", seed " + seed, e);
      }
    }
    assertThat(malformed).as("seed %d", seed).isPositive();
    assertThat(sound).as("seed %d", seed).isPositive();
  }

  private List<byte[]> originals() {
    Samples samples = new Samples(seed);
    List<byte[]> originals = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      originals.add(encoder.encode(samples.control()));
      originals.add(samples.batch(2048, new ArrayList<>()));
    }
    return originals;
  }

  private byte[] mutate(byte[] original) {
    byte[] mutant = original.clone();
    for (int changes = random.nextInt(1, 6); changes > 0 && mutant.length > 0; changes--) {
      int at = random.nextInt(mutant.length);
      mutant =
          switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(mutant, at);
            case 1 -> Arrays.copyOf(mutant, mutant.length + random.nextInt(20));
            case 2 -> filled(mutant, at, (byte) 0xFF);
            case 3 -> filled(mutant, at, (byte) 0);
            default -> changed(mutant, at, (byte) random.nextInt());
          };
    }
    if (mutant.length >= 4 && random.nextInt(10) > 0) {
      Samples.seal(mutant);
    }
    return mutant;
  }

  private byte[] filled(byte[] bytes, int from, byte value) {
    Arrays.fill(bytes, from, Math.min(bytes.length, from + random.nextInt(1, 11)), value);
    return bytes;
  }

  private static byte[] changed(byte[] bytes, int at, byte value) {
    bytes[at] = value;
    return bytes;
  }

  private void look(Message message, byte[] frame) {
    switch (message) {
      case Message.Malformed wrong -> {
        malformed++;
        assertThat(wrong.problem()).isNotBlank().doesNotContain("\n");
      }
      case BatchReader batch -> {
        sound++;
        lookAtLines(batch, frame);
      }
      default -> {
        sound++;
        assertThat(decoder.decode(encoder.encode(message))).isEqualTo(message);
      }
    }
  }

  private static void lookAtLines(BatchReader batch, byte[] frame) {
    int lines = 0;
    while (batch.next()) {
      lines++;
      assertThat(batch.stream()).isPositive();
      assertThat(batch.start()).isNotNegative();
      assertThat(batch.end()).isGreaterThan(batch.start());
      assertThat(batch.lineLength()).isNotNegative();
      assertThat(batch.lineOffset() + batch.lineLength()).isLessThanOrEqualTo(frame.length - 4);
    }
    assertThat(lines).isEqualTo(batch.lines()).isPositive();
  }
}
