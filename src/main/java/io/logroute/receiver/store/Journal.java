// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code +logroute/journal-<number>}: records behind each other, each on the disk before
 * the next is begun, so that only the last can be torn. Used by one thread.
 */
final class Journal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private static final String PREFIX = "journal-";
  private static final long MAGIC = 0x4C524A4F_55524E31L;
  private static final int HEAD_BYTES = 2 * Long.BYTES;

  private final Path path;
  private final long number;
  private final FileChannel file;
  private long sizeBytes = HEAD_BYTES;
  private boolean closed;

  private Journal(Path path, long number, FileChannel file) {
    this.path = path;
    this.number = number;
    this.file = file;
  }

  /** Makes an empty one; what had its name is gone. */
  static Journal create(Path folder, long number) throws IOException {
    Path path = folder.resolve(PREFIX + number);
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    Journal journal = new Journal(path, number, file);
    try {
      ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).putLong(MAGIC).putLong(number).flip();
      Disk.write(file, List.of(head), 0);
      file.force(true);
      return journal;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  boolean isAt(Path other) {
    return path.equals(other);
  }

  long number() {
    return number;
  }

  boolean isEmpty() {
    return sizeBytes == HEAD_BYTES;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** Whether nothing may be appended any more; another one has to take its place. */
  boolean isClosed() {
    return closed;
  }

  /** Lets nothing be appended any more. */
  void retire() {
    closed = true;
  }

  /**
   * Writes a record and brings it to the disk. After a failure nobody knows what is on the disk,
   * and nothing may be appended any more.
   */
  void append(List<ByteBuffer> record) throws IOException {
    if (closed) {
      throw new IllegalStateException(path + " takes no more records");
    }
    closed = true;
    long end = Disk.write(file, record, sizeBytes);
    file.force(false);
    sizeBytes = end;
    closed = false;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    file.close();
  }

  /** Closes it, and takes it away. */
  void delete() throws IOException {
    close();
    Files.deleteIfExists(path);
  }

  /**
   * Reads the records of a journal up to its end, or up to one that a crash has torn. One that is
   * not there is empty: a crash came before its name was on the disk, and so before its first
   * record.
   */
  static void replay(Path folder, long number, JournalRecord.Visitor visitor) throws IOException {
    Path path = folder.resolve(PREFIX + number);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long end = file.size();
      long position = HEAD_BYTES;
      while (position < end) {
        ByteBuffer record = read(file, position, end);
        if (record == null) {
          LOG.warn("{} ends with a record that a crash has torn, {} bytes", path, end - position);
          return;
        }
        position += JournalRecord.HEAD_BYTES + record.remaining();
        JournalRecord.read(record, visitor);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} was not written yet", path);
    }
  }

  /** The record at a position without its head; null when it is not whole. */
  private static @Nullable ByteBuffer read(FileChannel file, long position, long end)
      throws IOException {
    ByteBuffer head = ByteBuffer.allocate(JournalRecord.HEAD_BYTES);
    if (end - position < head.capacity()) {
      return null;
    }
    readFully(file, head, position);
    int length = head.getInt(0);
    if (length <= 0 || length > end - position - head.capacity()) {
      return null;
    }
    ByteBuffer record = ByteBuffer.allocate(length);
    readFully(file, record, position + head.capacity());
    boolean whole = JournalRecord.checksum(record.array(), 0, length) == head.getInt(Integer.BYTES);
    return whole ? record.flip() : null;
  }

  private static void readFully(FileChannel file, ByteBuffer into, long from) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into, from + into.position()) < 0) {
        throw new IOException("a journal became shorter while it was read");
      }
    }
  }

  /** All journals of a folder. */
  static List<Path> all(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      files.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** Whether a journal of a size can hold a record. */
  static boolean mayHoldRecords(Path journal) throws IOException {
    return Files.size(journal) > HEAD_BYTES;
  }
}
