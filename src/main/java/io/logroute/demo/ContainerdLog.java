// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.table.NodeRouteTable.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Set;

/**
 * The log of one container instance as containerd writes it ({@code internal/cri/io/logger.go}):
 * one write a record, times of local clock with trailing zeros left out, a line of more than 16 KiB
 * cut into {@code P} records with a last {@code F}, and a last line that never got its end as
 * {@code P}. Used by one thread.
 */
final class ContainerdLog implements AutoCloseable {

  /** containerd's {@code max_container_log_line_size}. */
  static final int MAX_RECORD_BYTES = 16384;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("XXX")
          .toFormatter();

  private final Path path;
  private final Clock clock;
  private FileChannel file;

  ContainerdLog(Path path, Clock clock) throws IOException {
    this.path = path;
    this.clock = clock;
    this.file = open(path);
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
  }

  Path path() {
    return path;
  }

  long sizeBytes() throws IOException {
    return file.size();
  }

  /** Writes a line that the container ended. */
  void line(Stream stream, byte[] line) throws IOException {
    record(stream, "F", line, partial(stream, line, MAX_RECORD_BYTES));
  }

  /** Writes what the container had written when it ended within a line. */
  void unfinished(Stream stream, byte[] line) throws IOException {
    record(stream, "P", line, partial(stream, line, MAX_RECORD_BYTES));
  }

  /** Writes the records of a line but its last; returns where that begins. */
  private int partial(Stream stream, byte[] line, int max) throws IOException {
    int from = 0;
    while (line.length - from > max) {
      write(stream, "P", line, from, max);
      from += max;
    }
    return from;
  }

  private void record(Stream stream, String tag, byte[] line, int from) throws IOException {
    write(stream, tag, line, from, line.length - from);
  }

  private void write(Stream stream, String tag, byte[] line, int from, int length)
      throws IOException {
    byte[] header =
        (TIME.format(clock.instant().atZone(ZoneId.systemDefault()))
                + " "
                + stream.name()
                + " "
                + tag
                + " ")
            .getBytes(US_ASCII);
    ByteBuffer record = ByteBuffer.allocate(header.length + length + 1);
    record.put(header).put(line, from, length).put((byte) '\n').flip();
    while (record.hasRemaining()) {
      file.write(record);
    }
  }

  /** CRI's ReopenContainerLog: the next record goes to a new file of the same name. */
  void reopen() throws IOException {
    FileChannel old = file;
    file = open(path);
    old.close();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
