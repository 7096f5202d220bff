// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.receiver.store.BlockedGzip;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.zip.GZIPOutputStream;

/** Writes files as the store leaves them. */
public final class StoreWriter {

  public static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

  private final Path root;

  public StoreWriter(Path root) {
    this.root = root;
  }

  public static String record(Instant time, String stream, String line) {
    return TIME.format(time) + " " + stream + " F " + line + "\n";
  }

  public static String pod(String pod, String container, int restart) {
    return "team_" + pod + "_uid-" + pod + "/" + container + "/" + restart + ".log";
  }

  public Path file(String name) throws IOException {
    Path file = root.resolve("t1/web").resolve(name);
    Files.createDirectories(file.getParent());
    return file;
  }

  /** Adds to a plain file of service {@code t1/web}. */
  public void append(String name, String records) throws IOException {
    Files.write(
        file(name), records.getBytes(UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Gives the current file a rolled name, as the sinks do. */
  public String roll(String name, String stamp) throws IOException {
    String rolled = name + "." + stamp;
    Files.move(file(name), file(rolled));
    return rolled;
  }

  /** Compresses a rolled file, as the housekeeper does. */
  public void compress(String rolled) throws IOException {
    try (OutputStream out = Files.newOutputStream(file(rolled + ".gz"))) {
      BlockedGzip.write(new ByteArrayInputStream(Files.readAllBytes(file(rolled))), out);
    }
    Files.delete(file(rolled));
  }

  /** Compresses a rolled file as any other tool does. */
  public void compressForeign(String rolled) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file(rolled + ".gz")))) {
      out.write(Files.readAllBytes(file(rolled)));
    }
    Files.delete(file(rolled));
  }
}
