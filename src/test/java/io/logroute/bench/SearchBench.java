// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import io.logroute.receiver.search.LogSearch;
import io.logroute.receiver.search.Page;
import io.logroute.receiver.search.Query;
import io.logroute.receiver.store.StoreCatalog;
import io.logroute.receiver.store.StoreFiller;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a search costs: {@code SearchBench FOLDER GIGABYTES} fills the folder, when it is empty,
 * with a day of eight pods' lines in rolled files of 64 MiB, all but the newest two of a pod
 * compressed, and then looks for a minute and for text over an hour. The pods have the same lines,
 * each on the disk for itself. Each search begins with an index that knows nothing; where it may,
 * it makes the system forget the files too.
 */
final class SearchBench {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int ROUNDS = Integer.getInteger("rounds", 3);
  private static final int PODS = 8;
  private static final long FILE_BYTES = 64L << 20;
  private static final int LINE_BYTES = 190;
  private static final Instant BEGIN = Instant.parse("2026-11-22T00:00:00Z");

  private SearchBench() {}

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    long bytes = (long) (Double.parseDouble(args[1]) * 1e9);
    if (!Files.exists(root.resolve("t1"))) {
      fill(root, bytes);
    }
    Instant noon = BEGIN.plus(Duration.ofHours(12));
    for (int round = 0; round < ROUNDS; round++) {
      measure(root, "one minute", noon, noon.plusSeconds(60), null, 10_000);
    }
    for (int round = 0; round < ROUNDS; round++) {
      measure(root, "text over an hour", noon, noon.plusSeconds(3600), "no such text", 1000);
    }
  }

  private static void fill(Path root, long bytes) throws Exception {
    int files = (int) Math.max(1, bytes / PODS / FILE_BYTES);
    Duration each = Duration.ofDays(1).dividedBy(files);
    Path first = folder(root, 0);
    try (StoreFiller stream = new StoreFiller(first, "0.log")) {
      for (int file = 0; file < files; file++) {
        write(stream, BEGIN.plus(each.multipliedBy(file)), each);
        if (file < files - 1) {
          stream.roll();
        }
        stream.compressAllButTheNewest();
      }
    }
    for (int pod = 1; pod < PODS; pod++) {
      copy(first, folder(root, pod));
    }
  }

  private static Path folder(Path root, int pod) {
    return root.resolve("t1/web/team_web-%d_uid-%d/app".formatted(pod, pod));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  private static void write(StoreFiller stream, Instant begin, Duration span) throws IOException {
    int lines = (int) (FILE_BYTES / LINE_BYTES);
    for (int i = 0; i < lines; i++) {
      String line =
          "level=info request=%08x path=/api/orders/%d status=200 duration=%dms user=%05d "
                  .formatted(i * 0x9E3779B1, i % 977, i * 31 % 241, i * 17 % 90_000)
              + "agent=\"Mozilla/5.0 (X11; Linux x86_64)\" referer=/api/orders";
      byte[] bytes = line.getBytes(UTF_8);
      stream.add(begin.plusNanos(span.toNanos() / lines * i), bytes, bytes.length);
    }
  }

  private static void measure(
      Path root, String what, Instant since, Instant until, @Nullable String text, int limit)
      throws Exception {
    boolean isCold = forget();
    Query query =
        new Query(
            "t1",
            "web",
            null,
            null,
            null,
            null,
            null,
            since.getEpochSecond() * 1_000_000_000,
            until.getEpochSecond() * 1_000_000_000,
            text == null ? null : text.getBytes(UTF_8));
    LogSearch search = new LogSearch(new StoreCatalog(root), Duration.ofMinutes(10));
    long startCpuNanos = SYSTEM.getProcessCpuTime();
    long startNanos = System.nanoTime();
    Page page = search.page(query, LogSearch.Order.ASC, limit, null);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - startCpuNanos) / 1e9;
    System.out.printf(
        "%s, %s: %.3f s, %.3f CPU-s, %d lines, %.0f MB looked through (%.0f MB/s)%n",
        what,
        isCold ? "cold" : "warm",
        seconds,
        cpuSeconds,
        page.lines().size(),
        page.scannedBytes() / 1e6,
        page.scannedBytes() / 1e6 / seconds);
  }

  private static boolean forget() throws Exception {
    Process sync = new ProcessBuilder("sync").start();
    sync.waitFor();
    try {
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
