// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static io.logroute.receiver.store.Lines.WEB;
import static io.logroute.receiver.store.Lines.stored;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HousekeeperTest {

  private static final String CURRENT = "0123456789ab.log";
  private static final String FIRST = "0123456789ab.log.20261122-010000";
  private static final String SECOND = "0123456789ab.log.20261122-020000";
  private static final String THIRD = "0123456789ab.log.20261122-030000";

  @TempDir private Path root;

  private final TestingClock clock = new TestingClock();

  @BeforeEach
  void writeGenerations() throws IOException {
    Files.createDirectories(folder());
    int hours = 4;
    for (String name : List.of(FIRST, SECOND, THIRD, CURRENT)) {
      Path file = folder().resolve(name);
      Files.writeString(file, "2026-11-22T01:00:00.000000000Z stdout F in " + name + "\n");
      Files.setLastModifiedTime(
          file, FileTime.from(clock.instant().minus(Duration.ofHours(hours--))));
    }
  }

  @Test
  void shouldCompressAllRolledFilesButTheNewest() throws IOException {
    new Housekeeping(root, clock).tidy();

    assertThat(files()).containsExactly(CURRENT, FIRST + ".gz", SECOND + ".gz", THIRD);
    assertThat(stored(root, WEB))
        .containsExactly("in " + FIRST, "in " + SECOND, "in " + THIRD, "in " + CURRENT);
  }

  @Test
  void shouldKeepTheTimeOfTheLastLineWhenCompressing() throws IOException {
    new Housekeeping(root, clock).tidy();
    clock.advance(Duration.ofMinutes(30));
    new Housekeeping(root, clock, 0, Duration.ofHours(4)).tidy();

    assertThat(files()).containsExactly(CURRENT, SECOND + ".gz", THIRD);
  }

  @Test
  void shouldClearAwayWhatAKillLeftBehind() throws IOException {
    new Housekeeping(root, clock).tidy();
    Files.writeString(folder().resolve(FIRST), "the plain twin");
    Files.writeString(folder().resolve(THIRD + ".gz.tmp"), "half");

    new Housekeeping(root, clock).tidy();

    assertThat(files()).containsExactly(CURRENT, FIRST + ".gz", SECOND + ".gz", THIRD);
  }

  @Test
  void shouldDeleteTheOldestRolledFilesWhenThereAreTooManyBytes() throws IOException {
    new Housekeeping(root, clock, 2 * 4096, Duration.ZERO).tidy();

    assertThat(files()).containsExactly(CURRENT, THIRD);
  }

  @Test
  void shouldLeaveForeignFilesAlone() throws IOException {
    Files.writeString(folder().resolve("README"), "mine");

    new Housekeeping(root, clock, 1, Duration.ofNanos(1)).tidy();

    assertThat(files()).containsExactly(CURRENT, "README");
  }

  @Test
  void shouldAskToRollTheOldestCurrentFilesWhenOnlyThoseAreLeft() {
    StoredFile old = file("a.log", 5000, 3);
    StoredFile recent = file("b.log", 5000, 1);

    Upkeep upkeep =
        Upkeep.plan(
            List.of(recent, old),
            new StoreLimits(1 << 20, Duration.ofDays(1), 8192, Duration.ZERO, 16),
            clock.instant());

    assertThat(upkeep.roll()).containsExactly(old);
    assertThat(upkeep.keptBytes()).isEqualTo(2 * 8192);
  }

  @Test
  void shouldAskToRollCurrentFilesThatNothingIsWrittenToAnyMore() {
    StoredFile idle = file("a.log", 10, 25);
    StoredFile busy = file("b.log", 10, 23);

    Upkeep upkeep =
        Upkeep.plan(
            List.of(idle, busy),
            new StoreLimits(1 << 20, Duration.ofDays(1), 0, Duration.ZERO, 16),
            clock.instant());

    assertThat(upkeep.roll()).containsExactly(idle);
  }

  private StoredFile file(String name, long sizeBytes, int hoursAgo) {
    Path path = folder().resolve(name);
    return new StoredFile(
        path,
        StoredName.parse(path).orElseThrow(),
        sizeBytes,
        clock.instant().minus(Duration.ofHours(hoursAgo)));
  }

  private Path folder() {
    return root.resolve("t1/web");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
