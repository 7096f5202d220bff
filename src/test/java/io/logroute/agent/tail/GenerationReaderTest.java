// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes by position, whatever form the file has. */
class GenerationReaderTest {

  private static final String COMPRESSED = "0.log.20261122-100001.gz";

  @TempDir Path folder;

  private static byte[] content(Random random) {
    byte[] content = new byte[200_000];
    random.nextBytes(content);
    Arrays.fill(content, 100, 100_000, (byte) 'x');
    content[50] = '\n';
    return content;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gz = new GZIPOutputStream(bytes)) {
      gz.write(content);
    }
    return bytes.toByteArray();
  }

  private Generation generation(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
    ContainerLog log =
        new ContainerLog(
            new ContainerFolder("ns", "pod", "uid", "app", folder),
            new KeptCopies(folder),
            new OpenBudget(100),
            InstantSource.system(),
            new ContainerLog.Trouble() {
              @Override
              public void unreadable(LogFile file, IOException cause) {
                throw new AssertionError(cause);
              }

              @Override
              public void vanished(LogFile file) {
                throw new AssertionError(file);
              }

              @Override
              public void forgotten(Generation gone) {}
            });
    log.update(PodsFolder.files(folder, List.of()));
    return log.generations().getFirst();
  }

  @Test
  void shouldReadTheSameBytesFromBothForms() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] content = content(random);
    Generation compressed = generation(COMPRESSED, gzip(content));
    assertThat(compressed.sizeBytes()).isEqualTo(content.length);
    Files.delete(folder.resolve(COMPRESSED));
    Generation plain = generation("0.log", content);
    assertThat(compressed.headHash()).isEqualTo(plain.headHash()).isNotZero();
    byte[] target = new byte[70_000];
    try (GenerationReader reader = new GenerationReader()) {
      for (int i = 0; i < 300; i++) {
        Generation generation = random.nextBoolean() ? plain : compressed;
        int position = random.nextInt(content.length);
        int length = 1 + random.nextInt(target.length);
        int count = reader.read(generation, position, target, 0, length);
        assertThat(count).isEqualTo(Math.min(length, content.length - position));
        assertThat(Arrays.equals(target, 0, count, content, position, position + count))
            .as("seed %d", seed)
            .isTrue();
      }
      assertThat(reader.read(compressed, content.length, target, 0, 10)).isZero();
      assertThat(reader.read(plain, content.length, target, 0, 10)).isZero();
    }
  }

  @Test
  void shouldGiveWhatStandsBeforeTheDamageWhenAFileIsDamaged() throws IOException {
    byte[] content = content(new Random(3));
    byte[] whole = gzip(content);
    Generation cut = generation(COMPRESSED, Arrays.copyOf(whole, whole.length / 2));
    byte[] target = new byte[content.length];
    try (GenerationReader reader = new GenerationReader()) {
      int count = reader.read(cut, 0, target, 0, target.length);
      assertThat(count).isPositive();
      assertThat(Arrays.equals(target, 0, count, content, 0, count)).isTrue();
      assertThatThrownBy(() -> reader.read(cut, count, target, 0, 10))
          .isInstanceOf(EOFException.class);
    }
    whole[whole.length - 6] ^= 1;
    Files.delete(folder.resolve(COMPRESSED));
    Generation flipped = generation(COMPRESSED, whole);
    try (GenerationReader reader = new GenerationReader()) {
      assertThatThrownBy(() -> readAll(reader, flipped)).isInstanceOf(ZipException.class);
    }
  }

  private static void readAll(GenerationReader reader, Generation generation) throws IOException {
    byte[] target = new byte[64 * 1024];
    long position = 0;
    for (int count = 1; count > 0; position += count) {
      count = reader.read(generation, position, target, 0, target.length);
    }
  }

  @Test
  void shouldSayThatTheFileIsClosedWhenItWasReleasedMeanwhile() throws IOException {
    Generation generation = generation("0.log", content(new Random(4)));
    generation.release();
    byte[] target = new byte[10];
    try (GenerationReader reader = new GenerationReader()) {
      assertThatThrownBy(() -> reader.read(Objects.requireNonNull(generation), 0, target, 0, 10))
          .isInstanceOf(ClosedChannelException.class);
    }
  }
}
