// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.agent.checkpoint.Positions.Container;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.Positions.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Positions survive as they were, or are refused. */
class PositionsFileTest {

  @TempDir Path folder;

  private PositionsFile file;
  private Path path;

  @BeforeEach
  void name() {
    file = new PositionsFile(folder);
    path = folder.resolve("positions.json");
  }

  private static Positions random(Random random) {
    Map<String, Container> containers = new HashMap<>();
    for (int c = random.nextInt(4); c >= 0; c--) {
      Map<Key, Offsets> offsets = new HashMap<>();
      for (int o = random.nextInt(4); o > 0; o--) {
        offsets.put(
            new Key(random.nextInt(9), random.nextLong(), "team \"a\"/ü" + o),
            new Offsets(random.nextLong(Long.MAX_VALUE), random.nextLong(1_000)));
      }
      containers.put(
          "ns_pod-" + c + "_uid/app",
          new Container(
              Map.of(random.nextInt(5), "0123456789ab"),
              Map.of("r", random.nextLong()),
              offsets,
              Map.of(new Written(random.nextInt(9), random.nextLong()), random.nextLong())));
    }
    return new Positions(containers, Map.of("all", random.nextLong()));
  }

  @Test
  void shouldReadWhatItWrote() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      Positions positions = random(random);
      file.write(positions);
      assertThat(file.read()).as("seed %d", seed).isEqualTo(positions);
    }
    assertThat(new JsonMapper().readTree(path.toFile()).get("version").asInt()).isEqualTo(1);
    assertThat(folder).isDirectoryContaining(entry -> entry.equals(path));
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void shouldKnowNothingWhenThereIsNoFile() throws IOException {
    assertThat(file.read()).isEqualTo(Positions.NONE);
  }

  @Test
  void shouldRefuseTheFileWhenAnyByteIsDamaged() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    file.write(random(random));
    byte[] good = Files.readAllBytes(path);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << random.nextInt(8));
      assertRefused(bad, "seed " + seed + ", byte " + i);
    }
  }

  @Test
  void shouldRefuseTheFileWhenItIsCutOrLengthened() throws IOException {
    file.write(random(new Random(1)));
    byte[] good = Files.readAllBytes(path);
    for (int length = 0; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length), "length " + length);
    }
    assertRefused(Arrays.copyOf(good, good.length + 1), "one byte more");
    assertRefused(new byte[4_096], "a file of zeros");
  }

  private void assertRefused(byte[] bytes, String what) throws IOException {
    Files.write(path, bytes);
    assertThatThrownBy(file::read)
        .as(what)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the positions in " + path + " cannot be used");
  }

  @Test
  void shouldKeepTheOldFileWhenTheNewOneCannotBeWritten() throws IOException {
    Positions positions = random(new Random(2));
    file.write(positions);
    Files.createDirectory(folder.resolve("positions.json.tmp"));
    assertThatThrownBy(() -> file.write(Positions.NONE)).isInstanceOf(IOException.class);
    assertThat(file.read()).isEqualTo(positions);
  }
}
