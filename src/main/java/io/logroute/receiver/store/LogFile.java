// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.receiver.sink.ReceivedLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that a stream's lines are written to. Opened when there is something to write, continued
 * where an earlier process left it. A step that fails may be repeated. Used by one thread.
 */
final class LogFile {

  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  private static final int TIME_CHARS = "2026-11-22T12:22:17.123456789Z".length();
  private static final int TAIL_BYTES = 64 * 1024;

  private final Path path;
  private final StoredName name;
  private final Clock clock;

  private final SpareArrays arrays;
  private final BlockIndex index;

  private @Nullable PendingLines pending;
  private @Nullable FileChannel channel;
  private @Nullable Object fileKey;
  private long positionBytes;

  /** Someone relies on what is pending to be written to the position, also by another handle. */
  private boolean positionFixed;

  private Instant firstLineAt = Instant.MAX;
  private boolean unsynced;

  LogFile(Path folder, StoredName name, Clock clock) {
    this(folder, name, clock, new SpareArrays());
  }

  /**
   * @param arrays for what is pending, shared by the files of a thread
   */
  LogFile(Path folder, StoredName name, Clock clock, SpareArrays arrays) {
    this.arrays = arrays;
    this.path = folder.resolve(name.toString());
    this.name = name;
    this.clock = clock;
    this.index = new BlockIndex(path);
  }

  Path path() {
    return path;
  }

  Path folder() {
    return Objects.requireNonNull(path.getParent(), "a file of the store stands in a folder");
  }

  boolean isOpen() {
    return channel != null;
  }

  /** Whether something was written that no {@link #sync} has covered. */
  boolean isUnsynced() {
    return unsynced;
  }

  boolean hasPending() {
    return pending != null;
  }

  /** Takes a line into memory; {@link #flush} writes it. */
  void append(CriHeader header, ReceivedLine line) {
    append(header, line.frame(), line.offset(), line.lengthBytes());
  }

  /** Takes a line that stands in someone else's bytes. */
  void append(CriHeader header, byte[] source, int offset, int length) {
    if (pending == null) {
      pending = new PendingLines(arrays);
    }
    pending.append(header, source, offset, length);
  }

  /** What {@link #flush} will write; null when there is nothing. */
  @Nullable PendingLines pending() {
    return pending;
  }

  /** Where {@link #flush} will write what is pending, whatever happens before that. */
  long position() throws IOException {
    open();
    positionFixed = true;
    return positionBytes;
  }

  /**
   * Writes what is pending. After a failure the same bytes are written to the same place when it is
   * called again.
   *
   * @return what was written, or null when nothing was pending
   */
  @Nullable PendingLines flush() throws IOException {
    PendingLines written = pending;
    if (written == null) {
      return null;
    }
    FileChannel file = open();
    unsynced = true;
    positionBytes = Disk.write(file, written.asBuffers(), positionBytes);
    index.wrote(written.blocks());
    written.release();
    if (firstLineAt.equals(Instant.MAX)) {
      firstLineAt = clock.instant();
    }
    pending = null;
    positionFixed = false;
    return written;
  }

  private FileChannel open() throws IOException {
    if (channel != null) {
      return channel;
    }
    Files.createDirectories(folder());
    FileChannel opened =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      positionBytes = positionFixed ? positionBytes : endOfLastLine(opened);
      firstLineAt = positionBytes == 0 ? Instant.MAX : firstLineAt(opened);
      fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    channel = opened;
    index.opened(positionBytes);
    return opened;
  }

  /** A line that a killed process did not finish is taken away, so that the next begins anew. */
  private long endOfLastLine(FileChannel file) throws IOException {
    long size = file.size();
    long end = size;
    ByteBuffer tail = ByteBuffer.allocate(TAIL_BYTES);
    while (end > 0) {
      int length = (int) Math.min(TAIL_BYTES, end);
      tail.clear().limit(length);
      read(file, tail, end - length);
      int last = lastLineFeed(tail.array(), length);
      end = end - length + last + 1;
      if (last >= 0) {
        break;
      }
    }
    if (end < size) {
      LOG.warn("{} ended within a line: its last {} bytes are taken away", path, size - end);
      file.truncate(end);
    }
    return end;
  }

  private static int lastLineFeed(byte[] bytes, int length) {
    int at = length - 1;
    while (at >= 0 && bytes[at] != '\n') {
      at--;
    }
    return at;
  }

  private static void read(FileChannel file, ByteBuffer into, long from) throws IOException {
    long position = from;
    while (into.hasRemaining()) {
      int count = file.read(into, position);
      if (count < 0) {
        return;
      }
      position += count;
    }
  }

  private Instant firstLineAt(FileChannel file) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(TIME_CHARS);
    read(file, start, 0);
    try {
      return Instant.parse(new String(start.array(), 0, start.position(), US_ASCII));
    } catch (DateTimeException e) {
      return Files.getLastModifiedTime(path).toInstant();
    }
  }

  /** Whether it has reached a size or age at which it is rolled. */
  boolean isDue(long rollBytes, Duration rollAge) {
    return positionBytes > 0
        && (positionBytes >= rollBytes
            || (!firstLineAt.equals(Instant.MAX)
                && !firstLineAt.plus(rollAge).isAfter(clock.instant())));
  }

  /** Brings what was written to the disk. */
  void sync() throws IOException {
    if (unsynced) {
      FileChannel file = open();
      file.force(false);
      unsynced = false;
      index.synced(file);
    }
  }

  /**
   * Looks whether the path still leads to the open file with all that was written; if not, someone
   * has taken it away or cut it, and the next line begins where it now ends.
   */
  void verify() throws IOException {
    if (channel == null) {
      return;
    }
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      if (Objects.equals(now.fileKey(), fileKey) && now.size() >= positionBytes) {
        return;
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone", path);
    }
    LOG.warn("{} was removed, replaced or cut by someone else: it is opened anew", path);
    close();
    unsynced = false;
    positionFixed = false;
  }

  /** Closes the file, synced or not; pending lines stay. */
  void close() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      channel = null;
      open.close();
    }
  }

  /** Gives the file its rolled name; the next line begins a new one. */
  void roll() throws IOException {
    if (!Files.exists(path)) {
      close();
      return;
    }
    unsynced = true;
    sync();
    index.ended(open());
    close();
    Path rolled = path.resolveSibling(name.rolled(clock.instant(), siblings()).toString());
    Files.move(path, rolled, StandardCopyOption.ATOMIC_MOVE);
    index.renamed(rolled);
    positionBytes = 0;
    firstLineAt = Instant.MAX;
  }

  private List<StoredName> siblings() throws IOException {
    List<StoredName> names = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder(), name.base() + ".*")) {
      files.forEach(file -> StoredName.parse(file).ifPresent(names::add));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }
}
