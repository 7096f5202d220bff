// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static io.logroute.receiver.store.Lines.WEB;
import static io.logroute.receiver.store.Lines.batch;
import static io.logroute.receiver.store.Lines.line;
import static io.logroute.receiver.store.Lines.stored;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {

  private static final Duration LONG = Duration.ofDays(1);

  @TempDir private Path root;

  private final TestingClock clock = new TestingClock();

  @Test
  void shouldWriteCriLinesWithTheTimeOfArrival() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, "hello", "", "nul\0 and \u00ff"));
      store.flush();
    }

    assertThat(Files.readString(root.resolve("t1/web/0123456789ab.log"), ISO_8859_1))
        .isEqualTo(
            """
            2026-11-22T12:22:17.500000000Z stdout F hello
            2026-11-22T12:22:17.500000000Z stdout F\s
            2026-11-22T12:22:17.500000000Z stdout F nul\0 and \u00ff
            """);
  }

  @Test
  void shouldKeepLineWithLineFeedAsOneEscapedLine() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, "a\nb\\n\n", "c\\d"));
      store.flush();
    }

    assertThat(Files.readAllLines(root.resolve("t1/web/0123456789ab.log")))
        .containsExactly(
            "2026-11-22T12:22:17.500000000Z stdout F:escaped a\\nb\\\\n\\n",
            "2026-11-22T12:22:17.500000000Z stdout F c\\d");
    assertThat(stored(root, WEB)).containsExactly("a\nb\\n\n", "c\\d");
  }

  @Test
  void shouldContinueTheFileWhenItIsOpenedAgain() throws IOException {
    write("one");
    write("two");

    assertThat(stored(root, WEB)).containsExactly("one", "two");
    assertThat(files()).containsExactly("0123456789ab.log");
  }

  @Test
  void shouldTakeAwayAnUnfinishedLineWhenTheFileIsOpenedAgain() throws IOException {
    write("one");
    Files.writeString(
        root.resolve("t1/web/0123456789ab.log"),
        "2026-11-22T12:22:17.500000000Z stdout F tor" + "n".repeat(200_000),
        StandardOpenOption.APPEND);

    write("two");

    assertThat(stored(root, WEB)).containsExactly("one", "two");
  }

  @Test
  void shouldBeginAnewWhenTheWholeFileIsOneUnfinishedLine() throws IOException {
    Files.createDirectories(root.resolve("t1/web"));
    Files.writeString(root.resolve("t1/web/0123456789ab.log"), "2026-11-22T12:2");

    write("one");

    assertThat(stored(root, WEB)).containsExactly("one");
  }

  @Test
  void shouldRollWhenSizeIsReached() throws IOException {
    try (FileStore store = store(100, 16)) {
      for (int i = 0; i < 6; i++) {
        store.append(batch(clock.instant(), WEB, "line " + i));
        store.flush();
      }
    }

    assertThat(files())
        .containsExactly("0123456789ab.log.20261122-122217", "0123456789ab.log.20261122-122217.1");
    assertThat(stored(root, WEB))
        .containsExactly("line 0", "line 1", "line 2", "line 3", "line 4", "line 5");
  }

  @Test
  void shouldRollWhenTheFirstLineIsOldThoughNothingComes() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, "one"));
      store.flush();
      clock.advance(LONG.minusSeconds(1));
      store.tend();
      assertThat(files()).containsExactly("0123456789ab.log");

      clock.advance(Duration.ofSeconds(1));
      store.tend();
    }

    assertThat(files()).containsExactly("0123456789ab.log.20261123-122217");
  }

  @Test
  void shouldKnowTheAgeOfAFileFromAnEarlierProcess() throws IOException {
    write("one");
    clock.advance(LONG);

    write("two");

    assertThat(files()).containsExactly("0123456789ab.log.20261123-122217");
  }

  @Test
  void shouldRollWhenAskedThoughTheFileIsNotOpen() throws IOException {
    write("one");
    try (FileStore store = store(1 << 20, 16)) {
      store.roll(root.resolve("t1/web/0123456789ab.log"));
      store.roll(root.resolve("t1/web/was-never-there.log"));
      store.append(batch(clock.instant(), WEB, "two"));
      store.flush();
    }

    assertThat(stored(root, WEB)).containsExactly("one", "two");
    assertThat(files()).hasSize(2);
  }

  @Test
  void shouldKeepFewFilesOpenWhenStreamsAreMany() throws IOException {
    try (FileStore store = store(1 << 20, 4)) {
      for (int round = 0; round < 3; round++) {
        List<ReceivedLine> lines = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          lines.add(line(new TaggedStream("t", "s" + i, "tag"), "round " + round));
        }
        store.append(new LineBatch(clock.instant(), lines));
        store.flush();
        assertThat(openUnder(root)).isLessThanOrEqualTo(4);
        store.sync();
      }
    }
    for (int i = 0; i < 50; i++) {
      assertThat(stored(root, new TaggedStream("t", "s" + i, "tag")))
          .containsExactly("round 0", "round 1", "round 2");
    }
  }

  @Test
  void shouldGoOnWithoutLossOrRepeatWhenWritingFailsForAWhile() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), new TaggedStream("t0", "s", "tag"), "before"));
      store.flush();
      Files.writeString(root.resolve("t1"), "in the way");
      store.append(
          new LineBatch(
              clock.instant(),
              List.of(
                  line(new TaggedStream("t0", "s", "tag"), "with"),
                  line(WEB, "one"),
                  line(new TaggedStream("t2", "s", "tag"), "other"))));
      assertThatIOException().isThrownBy(store::flush);
      assertThatIOException().isThrownBy(store::flush);
      store.closeIdle();

      Files.delete(root.resolve("t1"));
      store.flush();
      store.sync();
    }

    assertThat(stored(root, new TaggedStream("t0", "s", "tag"))).containsExactly("before", "with");
    assertThat(stored(root, WEB)).containsExactly("one");
    assertThat(stored(root, new TaggedStream("t2", "s", "tag"))).containsExactly("other");
  }

  @Test
  void shouldBeginANewFileWhenSomeoneRemovesTheOpenOne() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, "one"));
      store.flush();
      Files.delete(root.resolve("t1/web/0123456789ab.log"));
      store.tend();
      store.sync();
      store.append(batch(clock.instant(), WEB, "two"));
      store.flush();
    }

    assertThat(stored(root, WEB)).containsExactly("two");
  }

  @Test
  void shouldLeaveNoHoleWhenSomeoneTruncatesTheOpenFile() throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, "one"));
      store.flush();
      Files.newByteChannel(
              root.resolve("t1/web/0123456789ab.log"),
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)
          .close();
      store.tend();
      store.append(batch(clock.instant(), WEB, "two"));
      store.flush();
    }

    assertThat(stored(root, WEB)).containsExactly("two");
  }

  @Test
  void shouldGiveBackEveryLineInOrderWhateverHappensMeanwhile() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<TaggedStream, List<String>> expected = new HashMap<>();
    FileStore store = store(2000, 3);
    for (int step = 0; step < 1500; step++) {
      switch (random.nextInt(12)) {
        case 0 -> store.sync();
        case 1 -> store.tend();
        case 2 -> clock.advance(Duration.ofSeconds(random.nextInt(7200) - 600));
        case 3 -> new Housekeeping(root, clock).tidy();
        case 4 -> {
          store.close();
          store = store(2000, 3);
        }
        default -> {
          store.append(randomBatch(random, expected));
          store.flush();
        }
      }
    }
    store.close();

    for (Map.Entry<TaggedStream, List<String>> entry : expected.entrySet()) {
      assertThat(stored(root, entry.getKey())).as("seed %d", seed).isEqualTo(entry.getValue());
    }
  }

  private LineBatch randomBatch(Random random, Map<TaggedStream, List<String>> expected) {
    List<ReceivedLine> lines = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(8); i++) {
      TaggedStream stream =
          new TaggedStream(
              "t" + random.nextInt(2), "s" + random.nextInt(2), "/" + random.nextInt(2));
      byte[] bytes = new byte[random.nextInt(10) == 0 ? 3000 : random.nextInt(20)];
      random.nextBytes(bytes);
      String line = new String(bytes, ISO_8859_1);
      lines.add(line(stream, line));
      expected.computeIfAbsent(stream, ignored -> new ArrayList<>()).add(line);
    }
    return new LineBatch(clock.instant(), lines);
  }

  private void write(String... lines) throws IOException {
    try (FileStore store = store(1 << 20, 16)) {
      store.append(batch(clock.instant(), WEB, lines));
      store.flush();
      store.sync();
    }
  }

  private FileStore store(long rollBytes, int maxOpenFiles) {
    StoreLimits limits = new StoreLimits(rollBytes, LONG, 0, Duration.ZERO, maxOpenFiles);
    return new FileStore(
        root, limits, new StoreMetrics(new PrometheusRegistry()), new Traffic(), clock);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("t1/web"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static long openUnder(Path root) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(fd -> target(fd).startsWith(root.toString())).count();
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
