// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Rotation as the kubelet does it ({@code pkg/kubelet/logs/container_log_manager.go}): clear away
 * leftovers, delete the oldest, compress every plain rotated file, rename the current one, have the
 * runtime open a new one. The newest rotated file stays plain.
 */
final class LogRotation {

  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final long maxBytes;
  private final int maxFiles;
  private final Clock clock;
  private int rotated;
  private int compressed;

  /**
   * @param maxBytes the kubelet's {@code containerLogMaxSize}
   * @param maxFiles the kubelet's {@code containerLogMaxFiles}, the current one included
   */
  LogRotation(long maxBytes, int maxFiles, Clock clock) {
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
    this.clock = clock;
  }

  /** How many files were rotated since the start. */
  int rotated() {
    return rotated;
  }

  /** How many of them were compressed. */
  int compressed() {
    return compressed;
  }

  /** The kubelet's look at one log. */
  void check(ContainerdLog log) throws IOException {
    Path target = log.path().resolveSibling(log.path().getFileName() + "." + stamp());
    if (log.sizeBytes() < maxBytes || Files.exists(target)) {
      return;
    }
    List<Path> old = rotatedFiles(log.path());
    while (old.size() > maxFiles - 2) {
      Files.delete(old.removeFirst());
    }
    for (Path file : old) {
      if (!file.toString().endsWith(".gz")) {
        compress(file);
      }
    }
    Files.move(log.path(), target);
    log.reopen();
    rotated++;
  }

  private String stamp() {
    return STAMP.format(clock.instant().atZone(ZoneId.systemDefault()));
  }

  private static List<Path> rotatedFiles(Path log) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var found = Files.newDirectoryStream(log.getParent(), log.getFileName() + ".*")) {
      found.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    files.sort(null);
    return files;
  }

  private void compress(Path file) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished))) {
      in.transferTo(out);
    }
    Files.move(unfinished, file.resolveSibling(file.getFileName() + ".gz"));
    Files.delete(file);
    compressed++;
  }
}
