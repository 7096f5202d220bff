// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The driver {@code json-file}: Docker's json-file records under the state folder, {@code
 * json-file/<namespace>_<pod>_<uid>/<container>/<restart>-json.log}, rolled by {@code max-size} and
 * {@code max-file} as Docker does (moby daemon/logger/jsonfilelog).
 *
 * <p>Lines are pending until they are synced, at most a second later. A disk that takes no more
 * makes the driver busy until it does: the container's own files are the buffer.
 */
public final class JsonFileDriver implements LogDriver {

  public static final String NAME = "json-file";

  private static final int MAX_OPEN_FILES = 64;
  private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String HEX = "0123456789abcdef";

  private final Path folder;
  private final ConnectionStatus status;
  private final Map<String, JsonFile> files = new LinkedHashMap<>(16, 0.75f, true);
  private final StringBuilder record = new StringBuilder();
  private long pendingLines;
  private long syncedNanos = System.nanoTime();
  private long retryNanos = System.nanoTime();

  public JsonFileDriver(DriverContext context) {
    this.folder = context.stateFolder().resolve(NAME);
    this.status = context.status();
    status.connected();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public long pendingLines() {
    return pendingLines;
  }

  @Override
  public Outcome log(LogLine line) {
    if (!status.isConnected()) {
      return Outcome.BUSY;
    }
    try {
      file(line.target()).append(encode(line));
      pendingLines++;
      return Outcome.TAKEN;
    } catch (IOException e) {
      stumble(e);
      return Outcome.BUSY;
    }
  }

  private JsonFile file(Target target) throws IOException {
    String name = target.instance().folder() + "/" + target.instance().restart() + "-json.log";
    JsonFile file = files.get(name);
    if (file == null) {
      if (files.size() >= MAX_OPEN_FILES) {
        Map.Entry<String, JsonFile> oldest = files.entrySet().iterator().next();
        oldest.getValue().close();
        files.remove(oldest.getKey());
      }
      file =
          new JsonFile(
              folder.resolve(name), target.options().maxFileBytes(), target.options().maxFiles());
      files.put(name, file);
    }
    return file;
  }

  private byte[] encode(LogLine line) {
    String text = new String(line.bytes(), line.offset(), line.length(), StandardCharsets.UTF_8);
    long nanos =
        line.epochNanos() == Long.MIN_VALUE
            ? TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())
            : line.epochNanos();
    Instant time =
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    record.setLength(0);
    record.append("{\"log\":\"");
    for (int i = 0; i < text.length(); i++) {
      escape(text.charAt(i));
    }
    record.append("\\n\",\"stream\":\"").append(line.isStderr() ? "stderr" : "stdout");
    if (line.target().options().tag() != null) {
      record.append("\",\"attrs\":{\"tag\":\"");
      String tag = line.target().tag();
      for (int i = 0; i < tag.length(); i++) {
        escape(tag.charAt(i));
      }
      record.append("\"},\"time\":\"");
    } else {
      record.append("\",\"time\":\"");
    }
    record.append(time).append("\"}\n");
    return record.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void escape(char c) {
    switch (c) {
      case '"', '\\' -> record.append('\\').append(c);
      case '\n' -> record.append("\\n");
      case '\r' -> record.append("\\r");
      case '\t' -> record.append("\\t");
      default -> {
        boolean unsafe = c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
        if (unsafe) {
          record.append("\\u");
          for (int shift = 12; shift >= 0; shift -= 4) {
            record.append(HEX.charAt(c >> shift & 0xF));
          }
        } else {
          record.append(c);
        }
      }
    }
  }

  @Override
  public boolean work(long nowNanos, boolean idle) {
    boolean due = pendingLines > 0 && nowNanos - syncedNanos > SYNC_NANOS;
    boolean retry = !status.isConnected() && nowNanos - retryNanos > RETRY_NANOS;
    if (!due && !retry) {
      return false;
    }
    retryNanos = nowNanos;
    try {
      sync();
      status.connected();
      return true;
    } catch (IOException e) {
      stumble(e);
      return false;
    }
  }

  private void sync() throws IOException {
    for (JsonFile file : files.values()) {
      file.sync();
    }
    pendingLines = 0;
    syncedNanos = System.nanoTime();
  }

  private void stumble(IOException e) {
    status.disconnected("cannot write below " + folder + ": " + e.getMessage());
  }

  @Override
  public void close(long graceMs) {
    try {
      sync();
      for (JsonFile file : files.values()) {
        file.close();
      }
    } catch (IOException e) {
      stumble(e);
    }
  }
}
