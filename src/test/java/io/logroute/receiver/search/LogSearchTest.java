// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import static io.logroute.receiver.search.StoreWriter.START;
import static io.logroute.receiver.search.StoreWriter.pod;
import static io.logroute.receiver.search.StoreWriter.record;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.search.LogSearch.Order;
import io.logroute.receiver.store.StoreCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSearchTest {

  private static final Duration PATIENT = Duration.ofMinutes(5);

  @TempDir private Path root;

  private StoreWriter store;
  private LogSearch search;

  private record Written(Instant time, String stream, @Nullable String pod, String line) {}

  @BeforeEach
  void open() {
    store = new StoreWriter(root);
    search = new LogSearch(new StoreCatalog(root), PATIENT);
  }

  static Query query(@Nullable String contains) {
    return query(null, null, Long.MIN_VALUE, Long.MAX_VALUE, contains);
  }

  private static Query query(
      @Nullable String pod,
      @Nullable String stream,
      long since,
      long until,
      @Nullable String contains) {
    byte[] text = contains == null ? null : contains.getBytes(UTF_8);
    return new Query("t1", "web", null, pod, null, null, stream, since, until, text);
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }

  private static String text(FoundLine line) {
    return new String(line.line(), UTF_8);
  }

  private List<FoundLine> all(LogSearch search, Query query, Order order, int limit)
      throws IOException {
    List<FoundLine> all = new ArrayList<>();
    String next = null;
    do {
      Page page = search.page(query, order, limit, next);
      assertThat(page.lines()).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page.lines());
      next = page.next();
    } while (next != null);
    return all;
  }

  private List<String> texts(Query query, Order order) throws IOException {
    return all(search, query, order, 3).stream().map(LogSearchTest::text).toList();
  }

  @Test
  void shouldFindNothingWhereNothingIs() throws IOException {
    assertThat(search.page(query(null), Order.ASC, 10, null))
        .isEqualTo(new Page(List.of(), null, 0));
  }

  @Test
  void shouldOrderByTimeOverFilesAndStreams() throws IOException {
    store.append(pod("a", "app", 0), record(START, "stdout", "one"));
    store.append(pod("b", "app", 0), record(START.plusMillis(1), "stderr", "two"));
    store.append(pod("a", "app", 1), record(START.plusMillis(2), "stdout", "three"));
    store.append("tag.log", record(START.plusMillis(3), "stdout", "four"));

    assertThat(texts(query(null), Order.ASC)).containsExactly("one", "two", "three", "four");
    assertThat(texts(query(null), Order.DESC)).containsExactly("four", "three", "two", "one");
    assertThat(texts(query("a", null, Long.MIN_VALUE, Long.MAX_VALUE, null), Order.ASC))
        .containsExactly("one", "three");
    assertThat(texts(query(null, "stderr", Long.MIN_VALUE, Long.MAX_VALUE, null), Order.ASC))
        .containsExactly("two");
    assertThat(
            texts(
                query(null, null, nanos(START.plusMillis(1)), nanos(START.plusMillis(3)), null),
                Order.ASC))
        .containsExactly("two", "three");
  }

  @Test
  void shouldSayWhereALineComesFrom() throws IOException {
    store.append(pod("a", "app", 7), record(START, "stderr", "text"));
    store.append("ta%2Fg.log", record(START.plusNanos(1), "stdout", "text"));

    List<FoundLine> found = all(search, query(null), Order.ASC, 10);

    assertThat(found.getFirst().origin().namespace()).isEqualTo("team");
    assertThat(found.getFirst().origin().pod()).isEqualTo("a");
    assertThat(found.getFirst().origin().container()).isEqualTo("app");
    assertThat(found.getFirst().origin().restart()).isEqualTo(7);
    assertThat(found.getFirst().stream()).isEqualTo("stderr");
    assertThat(found.getFirst().nanos()).isEqualTo(nanos(START));
    assertThat(found.getLast().origin().tag()).isEqualTo("ta/g");
    assertThat(found.getLast().origin().pod()).isNull();
  }

  @Test
  void shouldLookForTextInTheLineAloneAndAsItWasReceived() throws IOException {
    store.append("tag.log", record(START, "stdout", "stdout 2026"));
    store.append(
        "tag.log",
        record(START.plusNanos(1), "stdout", "x").replace(" F ", " F:escaped ").trim()
            + "\\ny\\\\z\n");

    assertThat(texts(query("stdout"), Order.ASC)).containsExactly("stdout 2026");
    assertThat(texts(query("escaped"), Order.ASC)).isEmpty();
    assertThat(texts(query("x\ny"), Order.ASC)).containsExactly("x\ny\\z");
    assertThat(texts(query("y\\z"), Order.ASC)).containsExactly("x\ny\\z");
    assertThat(texts(query("ny"), Order.ASC)).isEmpty();
  }

  @Test
  void shouldKeepThePlaceOfALineWhenItsFileIsRolledAndCompressed() throws IOException {
    for (int i = 0; i < 5; i++) {
      store.append("tag.log", record(START.plusNanos(i), "stdout", "line " + i));
    }
    String place = all(search, query(null), Order.ASC, 10).get(2).place();
    store.compress(store.roll("tag.log", "20261122-130000"));
    store.append("tag.log", record(START.plusNanos(9), "stdout", "line 9"));
    LogSearch later = new LogSearch(new StoreCatalog(root), PATIENT);

    Page page = later.page(query(null), Order.ASC, 10, LogSearch.before(place));

    assertThat(page.lines().stream().map(LogSearchTest::text))
        .containsExactly("line 2", "line 3", "line 4", "line 9");
    assertThat(page.lines().getFirst().place()).isEqualTo(place);
  }

  @Test
  void shouldTellStreamsApartThatBeginWithTheSameLine() throws IOException {
    store.append("a.log", record(START, "stdout", "started"));
    store.append("b.log", record(START, "stdout", "started"));
    store.append("b.log", record(START.plusNanos(1), "stdout", "x".repeat(300)));
    store.append("a.log", record(START.plusNanos(2), "stdout", "one"));
    store.append("b.log", record(START.plusNanos(3), "stdout", "two"));

    assertThat(texts(query(null), Order.ASC))
        .containsExactly("started", "started", "x".repeat(300), "one", "two");
  }

  @Test
  void shouldSeeWhatIsAppendedAndNoHalfLine() throws IOException {
    store.append("tag.log", record(START, "stdout", "one"));
    String two = record(START.plusNanos(1), "stdout", "two");
    store.append("tag.log", two.substring(0, 35));
    assertThat(texts(query(null), Order.ASC)).containsExactly("one");

    store.append("tag.log", two.substring(35));
    assertThat(texts(query(null), Order.ASC)).containsExactly("one", "two");
  }

  @Test
  void shouldBoundAPageByItsBytesToo() throws IOException {
    String big = "x".repeat(1 << 20);
    for (int i = 0; i < 9; i++) {
      store.append("tag.log", record(START.plusNanos(i), "stdout", i + big));
    }

    Page page = search.page(query(null), Order.ASC, 1000, null);

    assertThat(page.lines()).hasSize(3);
    assertThat(page.next()).isNotNull();
    assertThat(all(search, query(null), Order.DESC, 1000)).hasSize(9);
  }

  @Test
  void shouldNotReadADayForAMinute() throws IOException {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < 86_400; i++) {
      records.append(record(START.plusSeconds(i), "stdout", "line " + i + " " + "x".repeat(40)));
    }
    store.append("tag.log", records.toString());
    store.compress(store.roll("tag.log", "20261123-120000"));
    Instant minute = START.plusSeconds(40_000);

    Page page =
        search.page(
            query(null, null, nanos(minute), nanos(minute.plusSeconds(60)), null),
            Order.ASC,
            1000,
            null);

    assertThat(page.lines()).hasSize(60);
    assertThat(page.scannedBytes()).isLessThan(records.length() / 10);
  }

  @Test
  void shouldAnswerWithWhatItHasWhenItsTimeIsUp() throws IOException {
    Random random = new Random(1);
    for (int file = 0; file < 3; file++) {
      StringBuilder records = new StringBuilder();
      for (int i = 0; i < 20_000; i++) {
        Instant time = START.plusMillis(random.nextInt(100_000));
        records.append(record(time, "stdout", "line " + file + " " + i));
      }
      store.append("tag" + file + ".log", records.toString());
    }
    LogSearch hasty = new LogSearch(new StoreCatalog(root), Duration.ZERO);

    for (Order order : Order.values()) {
      List<FoundLine> found = all(hasty, query("7"), order, 10_000);
      assertThat(found).isEqualTo(sorted(found, order)).doesNotHaveDuplicates();
      assertThat(found.stream().map(FoundLine::place))
          .containsExactlyElementsOf(
              all(search, query("7"), order, 10_000).stream().map(FoundLine::place).toList());
    }
  }

  private static List<FoundLine> sorted(List<FoundLine> lines, Order order) {
    Comparator<FoundLine> byTime = Comparator.comparingLong(FoundLine::nanos);
    return lines.stream().sorted(order == Order.ASC ? byTime : byTime.reversed()).toList();
  }

  @Test
  void shouldFindExactlyWhatWasWrittenHoweverItIsMixed() throws IOException {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    List<Written> written = new ArrayList<>();
    for (int stream = 0; stream < 4; stream++) {
      write(random, stream, written);
    }
    for (int trial = 0; trial < 25; trial++) {
      long since = random.nextBoolean() ? Long.MIN_VALUE : nanos(someTime(random));
      long until = random.nextBoolean() ? Long.MAX_VALUE : nanos(someTime(random));
      String pod = random.nextInt(3) == 0 ? "pod" + random.nextInt(4) : null;
      String stream = random.nextInt(3) == 0 ? "stderr" : null;
      String contains = random.nextInt(2) == 0 ? Integer.toString(random.nextInt(300)) : null;
      Order order = Order.values()[random.nextInt(2)];
      Query query = query(pod, stream, since, until, contains);

      List<FoundLine> found = all(search, query, order, 400 + random.nextInt(5000));

      List<String> expected =
          written.stream()
              .filter(line -> nanos(line.time()) >= since && nanos(line.time()) < until)
              .filter(line -> pod == null || pod.equals(line.pod()))
              .filter(line -> stream == null || stream.equals(line.stream()))
              .filter(line -> contains == null || line.line().contains(contains))
              .map(Written::line)
              .sorted()
              .toList();
      assertThat(found.stream().map(LogSearchTest::text).sorted())
          .as("seed %d, trial %d", seed, trial)
          .containsExactlyElementsOf(expected);
      assertThat(found).as("seed %d, trial %d", seed, trial).isEqualTo(sorted(found, order));
    }
  }

  private static Instant someTime(Random random) {
    return START.plusMillis(random.nextInt(120_000));
  }

  private void write(Random random, int stream, List<Written> written) throws IOException {
    boolean tagged = stream == 3;
    String name = tagged ? "tag.log" : pod("pod" + stream, "app", 0);
    AtomicInteger number = new AtomicInteger();
    for (int file = 0; file < 4; file++) {
      StringBuilder records = new StringBuilder();
      for (int i = 0; i < 3000; i++) {
        Instant time = START.plusMillis(file * 25_000 + i * 5 + random.nextInt(20_000));
        time = random.nextInt(50) == 0 ? START : time;
        String out = tagged || random.nextInt(4) > 0 ? "stdout" : "stderr";
        String filler = "y".repeat(random.nextInt(random.nextInt(2000) == 0 ? 400_000 : 300));
        String line = "s" + stream + "n" + number.incrementAndGet() + filler;
        records.append(record(time, out, line));
        written.add(new Written(time, out, tagged ? null : "pod" + stream, line));
      }
      store.append(name, records.toString());
      if (file < 3) {
        String rolled = store.roll(name, "20261122-13000" + file);
        int form = random.nextInt(3);
        if (form == 0) {
          store.compress(rolled);
        } else if (form == 1) {
          store.compressForeign(rolled);
        }
      }
    }
    Collections.shuffle(written, random);
  }

  @Test
  void shouldGoOnThoughFilesAreRolledAndCompressedBetweenPages() throws IOException {
    int lines = 30_000;
    for (int i = 0; i < lines; i++) {
      store.append(pod("a", "app", 0), i % 1000 == 0 ? records(i, Math.min(lines, i + 1000)) : "");
    }
    List<FoundLine> found = new ArrayList<>();
    String next = null;
    int rolls = 0;
    do {
      Page page = search.page(query(null), Order.ASC, 5000, next);
      found.addAll(page.lines());
      next = page.next();
      if (rolls < 2) {
        String rolled = store.roll(pod("a", "app", 0), "20261122-13000" + rolls);
        store.append(pod("a", "app", 0), record(START.plusSeconds(9000 + rolls), "stdout", "end"));
        store.compress(rolled);
        rolls++;
      }
    } while (next != null);

    assertThat(found).hasSize(lines + 2);
    assertThat(found.stream().map(FoundLine::place)).doesNotHaveDuplicates();
  }

  private static String records(int from, int to) {
    StringBuilder records = new StringBuilder();
    for (int i = from; i < to; i++) {
      records.append(record(START.plusMillis(i), "stdout", "line " + i));
    }
    return records.toString();
  }
}
