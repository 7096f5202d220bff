// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The runtime and the kubelet of one container: writes, rotates, compresses, restarts and deletes
 * its files in the order of their sources (container_log_manager.go, kuberuntime_container.go).
 */
final class ContainerWriter {

  private static final DateTimeFormatter ROTATED_AT =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final NodeFolders node;
  private final String name;
  private final String linkPrefix;
  private final Path folder;
  private final List<String> stdout = new ArrayList<>();
  private final List<String> stderr = new ArrayList<>();
  private OffsetDateTime clock = OffsetDateTime.now(ZoneOffset.UTC);
  private LocalDateTime rotationClock = LocalDateTime.of(2026, 11, 22, 10, 0, 0);
  private int restart;
  private String id = "";
  private OutputStream out;
  private long bytes;

  ContainerWriter(NodeFolders node, String namespace, String pod, String uid, String container) {
    this.node = node;
    this.name = namespace + "_" + pod + "_" + uid + "/" + container;
    this.linkPrefix = pod + "_" + namespace + "_" + container + "-";
    this.folder = node.pods().resolve(name);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    begin(0);
  }

  private void begin(int count) {
    restart = count;
    out = open();
    id = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
    try {
      Files.createSymbolicLink(node.containers().resolve(linkPrefix + id + ".log"), current());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OutputStream open() {
    try {
      return new BufferedOutputStream(
          Files.newOutputStream(current(), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The key of the container in the agent's report. */
  String key() {
    return name;
  }

  Path folder() {
    return folder;
  }

  /** The file that is written to now. */
  Path current() {
    return folder.resolve(restart + ".log");
  }

  /** The tag that lines of the running instance carry. */
  String tag() {
    return id.substring(0, 12);
  }

  /** All lines so far, those of earlier instances included. */
  List<String> stdout() {
    return List.copyOf(stdout);
  }

  List<String> stderr() {
    return List.copyOf(stderr);
  }

  /** Bytes of all records so far. */
  long bytes() {
    return bytes;
  }

  /** The records from now on carry the time at which they are written. */
  ContainerWriter atTimeOfDay() {
    clock = OffsetDateTime.now(ZoneOffset.UTC);
    return this;
  }

  /** Writes whole lines to stdout, numbered on from those before. */
  ContainerWriter lines(int count) {
    for (int i = 0; i < count; i++) {
      add("stdout", "F", "%s line %07d of stdout".formatted(name, stdout.size()), stdout);
    }
    return flush();
  }

  /** Writes a line that may stay in the writer's buffer until the next one. */
  void unflushed(String stream, String text) {
    add(stream, "F", text, stream.equals("stdout") ? stdout : stderr);
  }

  ContainerWriter line(String stream, String text) {
    add(stream, "F", text, stream.equals("stdout") ? stdout : stderr);
    return flush();
  }

  /** Writes a record that is not the end of its line. */
  ContainerWriter partial(String stream, String text) {
    add(stream, "P", text, null);
    return flush();
  }

  /** Writes the last record of a line whose beginning was {@code before}. */
  ContainerWriter rest(String stream, String before, String text) {
    add(stream, "F", text, null);
    (stream.equals("stdout") ? stdout : stderr).add(before + text);
    return flush();
  }

  private void add(String stream, String tag, String text, @Nullable List<String> ledger) {
    clock = clock.plusNanos(1_003);
    byte[] record =
        (clock + " " + stream + " " + tag + " " + text + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      out.write(record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes += record.length;
    if (ledger != null) {
      ledger.add(text);
    }
  }

  private ContainerWriter flush() {
    try {
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes a line that is on disk by other means, or that the agent makes of a partial one. */
  ContainerWriter expectLine(String stream, String text) {
    (stream.equals("stdout") ? stdout : stderr).add(text);
    return this;
  }

  /**
   * One rotation: every rotated file that is plain is compressed, the current one is renamed, the
   * runtime opens a new one.
   *
   * @return what the current file is called now
   */
  Path rotate() {
    compressRotated();
    rotationClock = rotationClock.plusSeconds(1);
    Path rotated = folder.resolve(current().getFileName() + "." + ROTATED_AT.format(rotationClock));
    try {
      Files.move(current(), rotated);
      OutputStream old = out;
      out = open();
      old.close();
      return rotated;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compresses all rotated files that are plain: copy, rename, remove. */
  void compressRotated() {
    for (Path file : files()) {
      String fileName = file.getFileName().toString();
      if (fileName.matches("\\d+\\.log\\.\\d{8}-\\d{6}")) {
        compress(file, fileName);
      }
    }
  }

  private void compress(Path file, String fileName) {
    Path temporary = folder.resolve(fileName + ".tmp");
    try (InputStream in = Files.newInputStream(file);
        OutputStream gz = new GZIPOutputStream(Files.newOutputStream(temporary))) {
      in.transferTo(gz);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Files.move(temporary, folder.resolve(fileName + ".gz"), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> files() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The container ended and starts again. */
  ContainerWriter restart() {
    stop();
    begin(restart + 1);
    return this;
  }

  /** The files of an earlier instance are removed, as the kubelet does with all but one. */
  void removeInstance(int earlier) {
    for (Path file : files()) {
      if (file.getFileName().toString().startsWith(earlier + ".log")) {
        delete(file);
      }
    }
  }

  ContainerWriter stop() {
    try {
      out.close();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Goes on writing to the current file after {@link #stop}. */
  ContainerWriter resume() {
    out = open();
    return this;
  }

  /** The pod is gone, all its files and links with it. */
  void deletePod() {
    stop();
    try (Stream<Path> tree = Files.walk(folder.getParent())) {
      tree.sorted(Comparator.reverseOrder()).forEach(ContainerWriter::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    delete(node.containers().resolve(linkPrefix + id + ".log"));
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
