// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.LineFlags;
import io.logroute.wire.StandardStream;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AckedStoreTest {

  private static final AckedStream OUT = AckedBatches.stream("web", StandardStream.STDOUT, 7);
  private static final AckedStream ERR = AckedBatches.stream("web", StandardStream.STDERR, 7);
  private static final AckedStream OTHER = AckedBatches.stream("db", StandardStream.STDOUT, 8);
  private static final List<AckedStream> ALL = List.of(OUT, ERR, OTHER);

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final TestingClock clock = new TestingClock();
  private int copies;

  @Test
  void shouldStoreLinesAsCriRecordsWithTheirOwnTime() throws Exception {
    byte[] bytes = new byte[1024];
    BatchWriter writer = new BatchWriter();
    writer.begin(bytes, bytes.length);
    byte[] odd = "a\\b\nc\u0000\r".getBytes(UTF_8);
    writer.add(1, 0, 10, AckedBatches.NANOS + 5, 0, odd, 0, 3);
    writer.add(1, 10, 20, Long.MIN_VALUE, LineFlags.TRUNCATED, odd, 0, 1);
    writer.add(1, 20, 30, -1, LineFlags.TRUNCATED, odd, 0, odd.length);
    try (AckedStore store = open(folder)) {
      store.stage(AckedBatches.batch(writer, bytes, ERR));
      store.commit();
      store.apply();
    }
    assertThat(folder.resolve("t1/s1/team_web_uid/app/0.log"))
        .hasContent(
            """
            2026-09-21T14:13:20.000000005Z stderr F a\\b
            2026-11-22T12:00:00.000000000Z stderr F:truncated a
            1969-12-31T23:59:59.999999999Z stderr F:truncated:escaped a\\\\b\\nc\u0000\r
            """);
    List<byte[]> read = new ArrayList<>();
    StoredLog.of(folder, ERR).read(read::add);
    assertThat(read.get(2)).isEqualTo(odd);
  }

  @Test
  void shouldStoreARepeatOnceAlsoInTheSameGroupAndInTheNextLife() throws Exception {
    try (AckedStore store = open(folder)) {
      store.stage(AckedBatches.numbered(OUT, 0, 10));
      store.stage(AckedBatches.numbered(OUT, 5, 12));
      store.commit();
      store.apply();
    }
    try (AckedStore store = open(folder)) {
      store(store, OUT, 0, 15);
      store.checkpoint();
    }
    try (AckedStore store = open(folder)) {
      store(store, OUT, 3, 20);
    }
    assertStored(folder, OUT, 20);
  }

  @Test
  void shouldStoreEveryLineOfAGenerationThatIsNotKnown() throws Exception {
    AckedStream unknown = AckedBatches.stream("web", StandardStream.STDOUT, 0);
    try (AckedStore store = open(folder)) {
      store(store, unknown, 0, 2);
      store(store, unknown, 0, 2);
    }
    assertThat(lines(folder, unknown)).hasSize(4);
  }

  @Test
  void shouldForgetAStreamWhenItIsGone() throws Exception {
    try (AckedStore store = open(folder)) {
      store(store, OUT, 0, 2);
      store.forget(OUT.key());
      store(store, OUT, 0, 2);
    }
    assertThat(lines(folder, OUT)).hasSize(4);
  }

  @Test
  void shouldHaveWhatWasCommittedAndNothingTwiceWhereverTheJournalIsCut() throws Exception {
    Path crashed = folder.resolve("crashed");
    Path journal;
    List<Long> ends = new ArrayList<>();
    try (AckedStore store = open(crashed)) {
      store(store, OUT, 0, 3);
      store.checkpoint();
      journal = Journal.all(crashed.resolve("+logroute")).getFirst();
      ends.add(Files.size(journal));
      for (int i = 0; i < 4; i++) {
        store.stage(AckedBatches.numbered(OUT, 3 + i * 2, 5 + i * 2));
        store.stage(AckedBatches.numbered(ERR, i, i + 1));
        store.commit();
        ends.add(Files.size(journal));
        if (i < 3) {
          store.apply();
        }
      }
    }
    for (long cut = 0; cut <= Files.size(journal); cut++) {
      Path copy = copy(crashed);
      long at = cut;
      int groups = (int) ends.stream().skip(1).filter(end -> end <= at).count();
      cut(copy.resolve(crashed.relativize(journal)), cut);
      cutFiles(copy, Map.of(OUT, 3, ERR, 0), groups);
      try (AckedStore store = open(copy)) {
        assertThat(lines(copy, OUT))
            .as("cut at %d", cut)
            .hasSizeGreaterThanOrEqualTo(3 + groups * 2);
        assertThat(lines(copy, ERR)).as("cut at %d", cut).hasSizeGreaterThanOrEqualTo(groups);
        store(store, OUT, 0, 20);
        store(store, ERR, 0, 20);
      }
      assertStored(copy, OUT, 20);
      assertStored(copy, ERR, 20);
      delete(copy);
    }
  }

  /**
   * What was never in the journal was never in the files; of the rest a kill may leave any part.
   */
  private static void cutFiles(Path copy, Map<AckedStream, Integer> kept, int groups)
      throws IOException {
    Path file = copy.resolve(OUT.file());
    List<String> records = Files.readAllLines(file);
    int lines = kept.values().stream().mapToInt(Integer::intValue).sum() + 3 * Math.min(groups, 3);
    long bytes = 0;
    for (String record : records.subList(0, Math.min(lines, records.size()))) {
      bytes += record.length() + 1;
    }
    cut(file, Math.min(bytes, Files.size(file)));
  }

  @Test
  void shouldStoreEachLineOnceInOrderThroughCrashesAtAnyPoint() throws Exception {
    Path current = Files.createDirectories(folder.resolve("life-0"));
    Map<AckedStream, Integer> acked = new HashMap<>();
    for (int life = 1; life <= Integer.getInteger("logroute.lives", 40); life++) {
      Path next = folder.resolve("life-" + life);
      try (AckedStore store = open(current)) {
        for (AckedStream stream : ALL) {
          assertThat(lines(current, stream))
              .as("seed %d, life %d", seed, life)
              .hasSizeGreaterThanOrEqualTo(acked.getOrDefault(stream, 0));
        }
        live(store, acked);
        copyTo(current, next);
      }
      delete(current);
      current = next;
    }
    try (AckedStore store = open(current)) {
      for (AckedStream stream : ALL) {
        store(store, stream, 0, 2000);
      }
    }
    for (AckedStream stream : ALL) {
      assertStored(current, stream, 2000);
    }
  }

  private void live(AckedStore store, Map<AckedStream, Integer> acked) throws IOException {
    for (int steps = random.nextInt(12); steps >= 0; steps--) {
      Map<AckedStream, Integer> sent = new HashMap<>();
      for (int batches = 1 + random.nextInt(3); batches > 0; batches--) {
        AckedStream stream = ALL.get(random.nextInt(ALL.size()));
        int known = sent.getOrDefault(stream, acked.getOrDefault(stream, 0));
        int from = Math.max(0, known - random.nextInt(5));
        int to = Math.min(2000, known + 1 + random.nextInt(8));
        store.stage(AckedBatches.numbered(stream, from, Math.max(to, from + 1)));
        sent.put(stream, Math.max(known, to));
      }
      if (steps == 0 && random.nextInt(4) == 0) {
        return;
      }
      store.commit();
      acked.putAll(sent);
      if (steps == 0 && random.nextInt(3) == 0) {
        return;
      }
      store.apply();
      if (random.nextInt(6) == 0) {
        store.closeIdle();
      }
      if (random.nextInt(5) == 0 || store.isCheckpointDue()) {
        store.checkpoint();
        if (random.nextInt(4) > 0) {
          Set<Path> more = new HashSet<>();
          if (random.nextInt(3) == 0) {
            more.add(folder.resolve("nothing/here.log"));
          }
          store.roll(more);
        }
      }
    }
  }

  @Test
  void shouldGoOnWithANewJournalAfterOneFailed() throws Exception {
    try (AckedStore store = open(folder)) {
      store(store, OUT, 0, 5);
      Path blocked = folder.resolve("t1/s1/team_db_uid");
      Files.writeString(blocked, "in the way");
      store.stage(AckedBatches.numbered(OUT, 5, 8));
      store.stage(AckedBatches.numbered(OTHER, 0, 4));
      assertThatThrownBy(store::commit).isInstanceOf(IOException.class);
      assertThatThrownBy(store::commit).isInstanceOf(IOException.class);
      Files.delete(blocked);
      store.commit();
      store.apply();
    }
    assertStored(folder, OUT, 8);
    assertStored(folder, OTHER, 4);
  }

  @Test
  void shouldKeepItsIdAndRefuseDamagedMarks() throws Exception {
    AckedStore first = open(folder);
    first.close();
    try (AckedStore second = open(folder)) {
      assertThat(second.storeId()).isEqualTo(first.storeId());
    }
    Path marks = folder.resolve("+logroute/marks");
    byte[] bytes = Files.readAllBytes(marks);
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      Files.write(marks, damaged);
      assertThatThrownBy(() -> open(folder)).isInstanceOf(StoreException.class);
    }
    Files.delete(marks);
    open(folder).close();
  }

  @Test
  void shouldRefuseAJournalWithoutItsMarks() throws Exception {
    try (AckedStore store = open(folder)) {
      store(store, OUT, 0, 5);
    }
    Files.delete(folder.resolve("+logroute/marks"));
    assertThatThrownBy(() -> open(folder)).isInstanceOf(StoreException.class);
  }

  private AckedStore open(Path root) throws Exception {
    Files.createDirectories(root.resolve("+logroute"));
    StoreLimits limits = new StoreLimits(2000, Duration.ofDays(365_000), 0, Duration.ZERO, 2);
    AckedStore store =
        AckedStore.of(
            root, limits, new StoreMetrics(new PrometheusRegistry()), new Traffic(), clock);
    store.begin();
    return store;
  }

  private static void store(AckedStore store, AckedStream stream, int from, int to)
      throws IOException {
    store.stage(AckedBatches.numbered(stream, from, to));
    store.commit();
    store.apply();
  }

  private void assertStored(Path root, AckedStream stream, int count) throws IOException {
    assertThat(lines(root, stream))
        .as("seed %d", seed)
        .isEqualTo(IntStream.range(0, count).mapToObj(i -> AckedBatches.line(stream, i)).toList());
  }

  /** The stored lines of one stream; its file holds those of the other standard stream too. */
  private static List<String> lines(Path root, AckedStream stream) throws IOException {
    List<String> lines = new ArrayList<>();
    String mine = " " + stream.identity().stream().text() + " ";
    StoredLog.of(root, stream).read(line -> lines.add(new String(line, UTF_8)));
    return lines.stream().filter(line -> line.contains(mine)).toList();
  }

  private static void cut(Path file, long bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(bytes);
    }
  }

  private Path copy(Path from) throws IOException {
    Path to = folder.resolve("copy-" + copies++);
    copyTo(from, to);
    return to;
  }

  private static void copyTo(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
