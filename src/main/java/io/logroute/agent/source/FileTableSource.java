// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.NodeRouteTable;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import io.logroute.table.TableStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table in a file that somebody wrote, followed by looking at it once a second, and four times
 * a second while it changes: that sees a rename over it, the swapped links of a mounted ConfigMap
 * and an edit in place alike, on every file system. A file that is gone, unreadable or broken
 * changes nothing and is told once.
 */
public final class FileTableSource implements TableSource {

  private static final Logger log = LoggerFactory.getLogger(FileTableSource.class);
  private static final long INTERVAL_MS = 1_000;
  private static final long CHANGING_INTERVAL_MS = 250;
  private static final int MAX_BYTES = 64 << 20;

  /** Within this time of its last change a file may change again with the same time stamp. */
  private static final long CLOCK_GRAIN_MS = 2_000;

  private final Path file;
  private final SourceThread thread = new SourceThread("table-file", this::run);
  private TableListener listener = TableListener.NONE;
  private @Nullable Stamp seen;
  private @Nullable Stamp read;
  private byte[] content = {};
  private @Nullable String trouble;

  /** By what a change is noticed without reading. */
  private record Stamp(FileTime modified, long size, @Nullable Object fileKey) {
    boolean isFresh() {
      return System.currentTimeMillis() - modified.toMillis() < CLOCK_GRAIN_MS;
    }
  }

  private FileTableSource(Path file, byte[] content) {
    this.file = file;
    this.content = content;
  }

  /** A source with the table that it starts with, which is not told again. */
  public record Opened(FileTableSource source, NodeRouteTable table) {}

  /**
   * Opens the file of a table.
   *
   * @throws UnusableFileException when it is missing or no table: nothing to start with
   */
  public static Opened open(Path file) throws UnusableFileException {
    byte[] content;
    try {
      content = bytesOf(file);
    } catch (IOException e) {
      throw new UnusableFileException("routes file " + file + ": " + inWords(e));
    }
    TableReading reading = TableCodec.readYaml(content);
    if (reading instanceof TableReading.Bad(String sentence)) {
      throw new UnusableFileException("routes file " + file + ": " + sentence);
    }
    return new Opened(new FileTableSource(file, content), ((TableReading.Good) reading).table());
  }

  @Override
  public void start(TableListener listener) {
    this.listener = new GuardedListener(listener);
    thread.start();
  }

  /** Nobody reads the status of a file. */
  @Override
  public void report(TableStatus status) {}

  @Override
  public void close() {
    thread.stop();
    thread.join();
  }

  private void run() {
    while (!thread.isStopping()) {
      long intervalMs = INTERVAL_MS;
      try {
        intervalMs = look() ? INTERVAL_MS : CHANGING_INTERVAL_MS;
        trouble = null;
      } catch (IOException e) {
        missing(inWords(e));
      }
      thread.pause(intervalMs);
    }
  }

  /**
   * Reads when the file has changed and has since stayed as it is for one interval.
   *
   * @return whether it was as it is now when it was looked at before
   */
  private boolean look() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    Stamp now = new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    boolean atRest = now.equals(seen);
    seen = now;
    if (atRest && (!now.equals(read) || now.isFresh())) {
      byte[] bytes = bytesOf(file);
      read = now;
      if (!Arrays.equals(bytes, content)) {
        content = bytes;
        tell(bytes);
      }
    }
    return atRest;
  }

  private void tell(byte[] bytes) {
    if (thread.isStopping()) {
      return;
    }
    switch (TableCodec.readYaml(bytes)) {
      case TableReading.Good(NodeRouteTable table) -> listener.tableChanged(table);
      case TableReading.Bad(String sentence) ->
          listener.tableUnusable("routes file " + file + ": " + sentence);
    }
  }

  private void missing(String cause) {
    seen = null;
    if (!cause.equals(trouble)) {
      trouble = cause;
      log.warn("Routes file {}: {}; going on with the last table", file, cause);
    }
  }

  private static byte[] bytesOf(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("larger than " + MAX_BYTES + " bytes");
    }
    return Files.readAllBytes(file);
  }

  private static String inWords(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "no such file";
      case java.nio.file.AccessDeniedException denied -> "no right to read it";
      default -> String.valueOf(e.getMessage());
    };
  }
}
