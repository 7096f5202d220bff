// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.wire.StandardStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockIndexTest {

  private static final long START_NANOS = 1_790_000_000_000_000_000L;
  private static final StoredName NAME = new StoredName("0.log", "", 0, StoredName.Form.PLAIN);

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final TestingClock clock = new TestingClock();
  private final CriHeader header = new CriHeader();
  private final byte[] text = "x".repeat(60_000).getBytes(UTF_8);

  private LogFile file;
  private long written;

  @BeforeEach
  void begin() {
    file = open();
  }

  private LogFile open() {
    return new LogFile(folder, NAME, clock);
  }

  private Path current() {
    return folder.resolve("0.log");
  }

  private void write(int bytes) throws IOException {
    for (int size = 0; size < bytes; ) {
      int length = random.nextInt(random.nextInt(50) == 0 ? text.length : 400);
      long nanos = START_NANOS + written * 1_000_000 - random.nextInt(5_000_000);
      header.set(
          random.nextInt(300) == 0 ? random.nextLong() : nanos,
          StandardStream.values()[random.nextInt(2)],
          random.nextInt(9) == 0);
      text[0] = (byte) (random.nextInt(20) == 0 ? '\n' : 'x');
      file.append(header, text, 0, length);
      written++;
      size += length + 60;
    }
    file.flush();
  }

  /** What the list says of a file as it stands on the disk; held against the lines themselves. */
  private long checkedEnd(Path plain) throws IOException {
    byte[] bytes = Files.readAllBytes(plain);
    FileId id = FileId.of(bytes, Math.min(bytes.length, FileId.HEAD_BYTES)).orElse(null);
    if (id == null) {
      return 0;
    }
    BlockList list;
    try (FileChannel channel = FileChannel.open(plain)) {
      list = BlockIndex.of(plain, channel, id);
    }
    long end = 0;
    for (Block block : list.blocks()) {
      assertThat(block.start()).as("seed %d", seed).isEqualTo(end);
      end = block.end();
      assertThat(bytes[(int) end - 1]).as("seed %d", seed).isEqualTo((byte) '\n');
      assertCovers(block, bytes);
    }
    assertThat(list.end()).isEqualTo(end);
    return end;
  }

  private void assertCovers(Block block, byte[] bytes) {
    BlockList one = new BlockList(block.start());
    one.add(bytes, (int) block.start(), (int) block.end());
    int lines = 0;
    for (Block part : one.takeAll()) {
      lines += part.lines();
      boolean beginsWithoutTime = part.minNanos() == 0;
      assertThat(part.minNanos() >= block.minNanos() || beginsWithoutTime)
          .as("seed %d: %s in %s", seed, part, block)
          .isTrue();
      assertThat(part.maxNanos())
          .as("seed %d: %s in %s", seed, part, block)
          .isLessThanOrEqualTo(block.maxNanos());
    }
    assertThat(block.lines()).as("seed %d", seed).isEqualTo(lines);
  }

  @Test
  void shouldKnowAlmostAllOfAFileThatWasSynced() throws IOException {
    for (int i = 0; i < 40; i++) {
      write(100_000);
      file.sync();
    }

    assertThat(checkedEnd(current())).isGreaterThan(Files.size(current()) - 3 * Block.BYTES);
  }

  @Test
  void shouldKnowNothingThatWasNotSynced() throws IOException {
    write(3_000_000);

    assertThat(checkedEnd(current())).isZero();
  }

  @Test
  void shouldKnowAllOfARolledFileUnderItsNewName() throws IOException {
    write(3_000_000);
    file.roll();
    write(1000);

    Path rolled = rolled();
    assertThat(checkedEnd(rolled)).isEqualTo(Files.size(rolled));
    assertThat(checkedEnd(current())).isZero();
  }

  private Path rolled() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("0.log.2"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void shouldCatchUpWithWhatWasWrittenBeforeACrash() throws IOException {
    write(2_000_000);
    file.sync();
    write(2_000_000);
    file.close();
    file = open();
    write(1_000_000);
    file.sync();

    assertThat(checkedEnd(current())).isGreaterThan(Files.size(current()) - 3 * Block.BYTES);
  }

  @Test
  void shouldNotReadAnOldFileThroughThatHasNoList() throws IOException {
    write(20_000_000);
    file.close();
    file = open();
    write(2_000_000);
    file.sync();

    assertThat(checkedEnd(current())).isZero();
    assertThat(BlockIndex.pathOf(current())).doesNotExist();
  }

  @Test
  void shouldNotTakeTheListOfAnotherFile() throws IOException {
    write(2_000_000);
    file.sync();
    Path list = BlockIndex.pathOf(current());
    Path kept = folder.resolve("kept");
    Files.copy(list, kept);
    file.roll();
    write(5_000_000);
    file.sync();
    Files.move(kept, list, StandardCopyOption.REPLACE_EXISTING);

    assertThat(checkedEnd(current())).isZero();
    file.close();
    file = open();
    write(1_000_000);
    file.sync();
    assertThat(checkedEnd(current())).isGreaterThan(Files.size(current()) - 3 * Block.BYTES);
  }

  @Test
  void shouldStoreThoughTheListCannotBeWritten() throws IOException {
    Files.createDirectories(BlockIndex.pathOf(current()).resolve("in the way"));
    write(2_000_000);
    file.sync();
    file.roll();
    write(1000);

    assertThat(Files.size(rolled())).isGreaterThan(1_000_000);
  }

  @Test
  void shouldBeRightWhateverACrashOrDamageLeaves() throws IOException {
    long known = 0;
    for (int round = 0; round < 40; round++) {
      write(50_000 + random.nextInt(900_000));
      long syncedBytes = 0;
      if (random.nextInt(3) > 0) {
        file.sync();
        syncedBytes = Files.size(current());
        write(random.nextInt(400_000));
      }
      switch (random.nextInt(8)) {
        case 0 -> file.roll();
        case 1 -> crash(syncedBytes);
        case 2 -> damage();
        case 3 -> {
          file.close();
          file = open();
        }
        default -> {}
      }
      if (Files.exists(current())) {
        known = Math.max(known, checkedEnd(current()));
      }
    }
    assertThat(known).as("seed %d", seed).isPositive();
  }

  /** What was not synced is gone from some point on, and the list ends anywhere. */
  private void crash(long syncedBytes) throws IOException {
    file.close();
    cut(current(), syncedBytes);
    if (Files.exists(BlockIndex.pathOf(current()))) {
      cut(BlockIndex.pathOf(current()), 0);
    }
    file = open();
  }

  private void cut(Path path, long leastBytes) throws IOException {
    try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
      cut.setLength(leastBytes + (long) (random.nextDouble() * (cut.length() - leastBytes)));
    }
  }

  private void damage() throws IOException {
    Path list = BlockIndex.pathOf(current());
    if (!Files.exists(list) || Files.size(list) == 0) {
      return;
    }
    try (RandomAccessFile bytes = new RandomAccessFile(list.toFile(), "rw")) {
      bytes.seek(random.nextLong(bytes.length()));
      bytes.write(random.nextInt(256));
    }
  }

  @Test
  void shouldGoWithItsFile() throws IOException {
    for (int i = 0; i < 3; i++) {
      write(2_000_000);
      file.roll();
      clock.advance(Duration.ofHours(1));
    }
    Path orphan = BlockIndex.pathOf(folder.resolve("0.log.20200101-000000"));
    Files.writeString(orphan, "of a file that is gone");
    new Housekeeping(folder, clock).tidy();
    assertThat(lists()).hasSize(2);

    Files.setLastModifiedTime(orphan, FileTime.from(clock.instant().minus(Duration.ofHours(2))));
    new Housekeeping(folder, clock).tidy();
    assertThat(lists()).hasSize(1);
    assertThat(checkedEnd(rolled("0.log.2", lists().getFirst()))).isPositive();
  }

  private List<Path> lists() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> BlockIndex.dataOf(path).isPresent()).toList();
    }
  }

  private static Path rolled(String prefix, Path list) {
    Path of = BlockIndex.dataOf(list).orElseThrow();
    assertThat(of.getFileName().toString()).startsWith(prefix);
    return of;
  }
}
