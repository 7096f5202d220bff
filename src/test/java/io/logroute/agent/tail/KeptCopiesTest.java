// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of deleted files has every byte at its place, and goes when it is not wanted. */
class KeptCopiesTest {

  private static final String ROTATED = "0.log.20261122-100001";

  @TempDir Path node;

  private ContainerFolder container;
  private Path state;

  @BeforeEach
  void makeFolders() throws IOException {
    Path folder = Files.createDirectories(node.resolve("pods/ns_pod_uid/app"));
    container = new ContainerFolder("ns", "pod", "uid", "app", folder);
    state = Files.createDirectories(node.resolve("state"));
  }

  private ContainerLog log() throws IOException {
    ContainerLog log =
        new ContainerLog(
            container,
            new KeptCopies(state),
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
              public void forgotten(Generation generation) {}
            });
    log.adoptKept();
    sweep(log);
    return log;
  }

  private void sweep(ContainerLog log) throws IOException {
    log.update(PodsFolder.files(container.path(), List.of()));
  }

  private static byte[] content(long seed) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(seed);
    while (text.length() < 700_000) {
      text.append("2026-11-22T10:00:00.%09dZ stdout F ".formatted(text.length()))
          .append("x".repeat(random.nextInt(200)))
          .append('\n');
    }
    return text.toString().getBytes(UTF_8);
  }

  private static byte[] read(Generation generation, long from, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (GenerationReader reader = new GenerationReader()) {
      int count = 0;
      for (int more = 1; more > 0; count += more) {
        more = reader.read(generation, from + count, bytes, count, length - count);
      }
      return Arrays.copyOf(bytes, count);
    }
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> all = Files.walk(state)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static long soon() {
    return System.nanoTime() + 60_000_000_000L;
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(container.path().resolve(name), bytes);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gz = new GZIPOutputStream(out)) {
      gz.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void shouldReadACopyAsIfTheFileWereThere() throws IOException {
    byte[] first = content(1);
    byte[] second = content(2);
    write(ROTATED + ".gz", gzip(first));
    write("0.log", second);
    ContainerLog log = log();
    List<Long> heads = log.generations().stream().map(Generation::headHash).toList();
    Files.delete(container.path().resolve(ROTATED + ".gz"));
    Files.delete(container.path().resolve("0.log"));
    sweep(log);
    int from = 123_456;
    assertThat(log.keep(log.generations().get(0), from, soon())).isTrue();
    assertThat(log.keep(log.generations().get(1), 0, soon())).isTrue();

    ContainerLog next = log();
    assertThat(next.generations().stream().map(Generation::headHash)).isEqualTo(heads);
    Generation copy = next.generations().get(0);
    assertThat(copy.firstByte()).isEqualTo(from);
    assertThat(copy.sizeBytes()).isEqualTo(first.length);
    assertThat(copy.heldUnlinkedBytes()).isEqualTo(first.length - from);
    assertThat(copy.isSuperseded()).isTrue();
    assertThat(read(copy, from, first.length))
        .isEqualTo(Arrays.copyOfRange(first, from, first.length));
    assertThat(read(next.generations().get(1), 0, second.length + 1)).isEqualTo(second);

    next.setGone();
    next.release(copy);
    assertThat(next.generations()).hasSize(1);
    assertThat(kept()).hasSize(1);
    next.release(next.generations().getFirst());
    assertThat(next.generations()).isEmpty();
    assertThat(state.resolve("held")).isEmptyDirectory();
  }

  @Test
  void shouldStandBeforeTheFilesThatAreThere() throws IOException {
    write("0.log", content(1));
    ContainerLog log = log();
    Files.delete(container.path().resolve("0.log"));
    sweep(log);
    assertThat(log.keep(log.generations().getFirst(), 10, soon())).isTrue();
    write(ROTATED, content(2));
    write("0.log", content(3));

    ContainerLog second = log();
    assertThat(second.generations()).hasSize(3);
    assertThat(second.generations().stream().map(Generation::isKept))
        .containsExactly(true, false, false);
    Files.delete(container.path().resolve(ROTATED));
    sweep(second);
    assertThat(second.keep(second.generations().get(1), 0, soon())).isTrue();

    ContainerLog third = log();
    assertThat(third.generations().stream().map(Generation::headHash))
        .isEqualTo(second.generations().stream().map(Generation::headHash).toList());
    assertThat(third.generations().stream().map(Generation::isKept))
        .containsExactly(true, true, false);
  }

  @Test
  void shouldKnowTheFileAgainWhenItWasThereAllTheTime() throws IOException {
    byte[] content = content(1);
    write("0.log", content);
    ContainerLog log = log();
    assertThat(log.keep(log.generations().getFirst(), 10, soon())).isTrue();
    ContainerLog next = log();
    sweep(next);
    assertThat(next.generations()).singleElement().extracting(Generation::isKept).isEqualTo(true);
    assertThat(read(next.generations().getFirst(), 10, content.length))
        .isEqualTo(Arrays.copyOfRange(content, 10, content.length));
  }

  @Test
  void shouldLeaveNothingBehindWhenThereIsNoTime() throws IOException {
    write("0.log", content(1));
    ContainerLog log = log();
    assertThat(log.keep(log.generations().getFirst(), 0, System.nanoTime() - 1)).isFalse();
    assertThat(kept()).isEmpty();
  }

  @Test
  void shouldRemoveWhatACrashLeftHalfWritten() throws IOException {
    Path folder = Files.createDirectories(state.resolve("held/ns_pod_uid/app"));
    Files.write(folder.resolve("0.log.00000000-000000.from-0.tmp"), content(1));
    assertThat(log().generations()).isEmpty();
    assertThat(kept()).isEmpty();
  }

  @Test
  void shouldGiveACopyUpWhenItIsNotWanted() throws IOException {
    write("0.log", content(1));
    ContainerLog log = log();
    Files.delete(container.path().resolve("0.log"));
    sweep(log);
    assertThat(log.keep(log.generations().getFirst(), 5, soon())).isTrue();
    ContainerLog next = log();
    assertThat(next.giveUp(next.generations().getFirst(), LossReason.UNDECIDED)).isTrue();
    assertThat(kept()).isEmpty();
    assertThat(next.generations()).isEmpty();
  }
}
