// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.receiver.sink.AckedStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * Reads back what the store keeps of one stream, over rolled and compressed files, from the oldest
 * line to the newest.
 */
public final class StoredLog {

  private static final int BUFFER_BYTES = 64 * 1024;

  private static final byte[] ESCAPED_TAG = (":" + CriHeader.ESCAPED).getBytes(US_ASCII);
  private static final byte[] TRUNCATED_TAG = (":" + CriHeader.TRUNCATED).getBytes(US_ASCII);

  private final Path folder;
  private final String base;

  private StoredLog(Path folder, String base) {
    this.folder = folder;
    this.base = base;
  }

  /** Takes lines one by one. */
  public interface LineVisitor {
    /** A line as it was received; the array is the visitor's to keep. */
    void line(byte[] line);
  }

  /** The log of a three-frame stream; one that was never stored is empty. */
  public static StoredLog of(Path root, String tenantId, String serviceId, String tag) {
    return new StoredLog(
        root.resolve(tenantId).resolve(serviceId), StoredName.current(tag).toString());
  }

  /** The log of a container instance, which agents that wait for acknowledgements sent. */
  public static StoredLog of(Path root, AckedStream stream) {
    Path file = root.resolve(stream.file());
    return new StoredLog(
        Objects.requireNonNull(file.getParent(), "a file of the store stands in a folder"),
        String.valueOf(file.getFileName()));
  }

  /** Reads every line. While lines are written at the same time, the newest may be missing. */
  public void read(LineVisitor visitor) throws IOException {
    for (StoredName name : names()) {
      try (InputStream in = open(name)) {
        read(in, visitor);
      } catch (NoSuchFileException e) {
        continue;
      }
    }
  }

  private List<StoredName> names() throws IOException {
    List<StoredName> names = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, base + "*")) {
      files.forEach(
          file ->
              StoredName.parse(file)
                  .filter(name -> name.base().equals(base))
                  .filter(name -> name.form() != StoredName.Form.UNFINISHED)
                  .map(name -> name.in(StoredName.Form.PLAIN))
                  .filter(name -> !names.contains(name))
                  .ifPresent(names::add));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(StoredName.BY_AGE);
    return names;
  }

  /** The plain form, or the compressed one when that has taken its place. */
  private InputStream open(StoredName name) throws IOException {
    Path plain = folder.resolve(name.toString());
    if (Files.exists(plain) || name.isCurrent()) {
      return new BufferedInputStream(Files.newInputStream(plain), BUFFER_BYTES);
    }
    Path compressed = folder.resolve(name.in(StoredName.Form.COMPRESSED).toString());
    return new BufferedInputStream(
        new GZIPInputStream(Files.newInputStream(compressed), BUFFER_BYTES), BUFFER_BYTES);
  }

  private static void read(InputStream in, LineVisitor visitor) throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      int start = 0;
      for (int i = 0; i < count; i++) {
        if (buffer[i] == '\n') {
          record.write(buffer, start, i - start);
          byte[] bytes = record.toByteArray();
          visitor.line(content(bytes, 0, bytes.length));
          record.reset();
          start = i + 1;
        }
      }
      record.write(buffer, start, count - start);
    }
  }

  /** The line in a CRI record: what stands after time, stream and tags, as it was received. */
  public static byte[] content(byte[] bytes, int from, int to) {
    int tags = tags(bytes, from, to);
    int line = fieldAfter(bytes, tags, to);
    byte[] content = Arrays.copyOfRange(bytes, line, to);
    return hasTag(bytes, tags, line, ESCAPED_TAG) ? unescaped(content) : content;
  }

  /** Whether of the line in a CRI record only the first bytes are there. */
  public static boolean isTruncated(byte[] bytes, int from, int to) {
    int tags = tags(bytes, from, to);
    return hasTag(bytes, tags, fieldAfter(bytes, tags, to), TRUNCATED_TAG);
  }

  /** The stream that a CRI record names. */
  public static String stream(byte[] bytes, int from, int to) {
    int stream = fieldAfter(bytes, from, to);
    int end = Math.max(stream, fieldAfter(bytes, stream, to) - 1);
    return new String(bytes, stream, end - stream, US_ASCII);
  }

  private static int tags(byte[] bytes, int from, int to) {
    return fieldAfter(bytes, fieldAfter(bytes, from, to), to);
  }

  private static int fieldAfter(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != ' ') {
      at++;
    }
    return Math.min(at + 1, to);
  }

  private static boolean hasTag(byte[] bytes, int tags, int line, byte[] tag) {
    int end = Math.max(tags, line - 1);
    for (int at = tags; at + tag.length <= end; at++) {
      if (Arrays.equals(bytes, at, at + tag.length, tag, 0, tag.length)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] unescaped(byte[] content) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(content.length);
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\\' && i + 1 < content.length) {
        i++;
        line.write(content[i] == 'n' ? '\n' : content[i]);
      } else {
        line.write(content[i]);
      }
    }
    return line.toByteArray();
  }
}
