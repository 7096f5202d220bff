// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real kernel's events, on a file system of this machine. */
class FolderWatchTest {

  private static final long LIMIT_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LIMIT_MS = TimeUnit.NANOSECONDS.toMillis(LIMIT_NANOS);
  private static final int WAKES = 1_000;

  @TempDir private Path folder;
  private FolderWatch watch;
  private Path log;
  private OutputStream writer;

  @BeforeEach
  void open() throws IOException {
    watch = new FolderWatch();
    log = folder.resolve("0.log");
    writer = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @AfterEach
  void close() throws IOException {
    writer.close();
    watch.close();
  }

  private FolderEvents.Changes awaitEntries() throws InterruptedException {
    Set<Path> written = new HashSet<>();
    long endNanos = System.nanoTime() + LIMIT_NANOS;
    while (System.nanoTime() < endNanos) {
      FolderEvents.Changes changes = watch.await(1_000);
      written.addAll(changes.written());
      if (!changes.entries().isEmpty()) {
        return new FolderEvents.Changes(changes.entries(), written);
      }
    }
    throw new AssertionError("no event of an entry");
  }

  private Set<Path> awaitWritten() throws InterruptedException {
    long endNanos = System.nanoTime() + LIMIT_NANOS;
    while (System.nanoTime() < endNanos) {
      FolderEvents.Changes changes = watch.await(1_000);
      if (!changes.written().isEmpty()) {
        return changes.written();
      }
    }
    throw new AssertionError("no event of a write");
  }

  @Test
  void shouldEndItsWaitWheneverItIsWoken() throws Exception {
    watch.watch(folder);
    long beganNanos = System.nanoTime();
    for (int i = 0; i < WAKES; i++) {
      Thread waker = Thread.ofVirtual().start(watch::wake);
      assertThat(watch.await(LIMIT_MS).isEmpty()).isTrue();
      waker.join();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
    assertThat(System.nanoTime() - beganNanos).isLessThan(LIMIT_NANOS);
  }

  @Test
  void shouldTellEventsThatComeBetweenWakes() throws Exception {
    watch.watch(folder);
    watch.wake();
    Files.createFile(folder.resolve("1.log"));
    assertThat(awaitEntries().entries()).containsExactly(folder);
  }

  @Test
  void shouldStillEndByAnInterruptOfSomebodyElse() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> watch.await(LIMIT_MS)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void shouldTellEntriesAloneUntilAskedForWrites() throws Exception {
    assertThat(watch.watch(folder)).isTrue();
    writer.write('a');
    Files.createFile(folder.resolve("1.log"));
    FolderEvents.Changes changes = awaitEntries();
    assertThat(changes.entries()).containsExactly(folder);
    assertThat(changes.written()).isEmpty();
  }

  @Test
  void shouldTellAWriteThroughAFileThatWasOpenBefore() throws Exception {
    watch.watch(folder);
    assertThat(watch.watchWrites(folder)).isTrue();
    writer.write('a');
    assertThat(awaitWritten()).containsExactly(folder);
  }

  @Test
  void shouldTellAWriteIntoAFileThatWasRenamed() throws Exception {
    watch.watch(folder);
    Files.move(log, folder.resolve("0.log.20260101-000000"));
    awaitEntries();
    watch.watchWrites(folder);
    writer.write('a');
    assertThat(awaitWritten()).containsExactly(folder);
  }

  @Test
  void shouldTellATruncation() throws Exception {
    writer.write('a');
    watch.watch(folder);
    watch.watchWrites(folder);
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
    assertThat(awaitWritten()).containsExactly(folder);
  }

  @Test
  void shouldTellNoMoreWritesOnceTheyAreIgnored() throws Exception {
    watch.watch(folder);
    watch.watchWrites(folder);
    watch.ignoreWrites(folder);
    writer.write('a');
    Files.createFile(folder.resolve("1.log"));
    assertThat(awaitEntries().written()).isEmpty();
  }

  @Test
  void shouldTellEntriesBesideWrites() throws Exception {
    watch.watch(folder);
    watch.watchWrites(folder);
    Files.delete(log);
    assertThat(awaitEntries().entries()).containsExactly(folder);
  }

  @Test
  void shouldRefuseWritesOfAFolderThatIsNotWatched() {
    assertThat(watch.watchWrites(folder)).isFalse();
  }
}
