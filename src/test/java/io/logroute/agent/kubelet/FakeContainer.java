// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.kubelet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A container with its runtime: writes records as containerd (times with zeros trimmed, pieces of
 * 16 KiB) or as CRI-O's conmon (nine digits) does, into the file that its {@link FakeKubelet} gives
 * it. Used by one thread.
 */
public final class FakeContainer {

  /** containerd's {@code max_container_log_line_size}. */
  private static final int PIECE_BYTES = 16_384;

  /** After this nobody expects more in a rotated file. */
  private static final long LATE_NANOS = 900_000_000L;

  private static final DateTimeFormatter TRIMMED =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("XXX")
          .toFormatter();
  private static final DateTimeFormatter NINE_DIGITS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnnxxx");

  private final FakeNode node;
  private final String pod;
  private final String uid;
  private final Path podFolder;
  private final Path folder;
  private final DateTimeFormatter times;
  private final ZoneOffset zone;
  private final List<WrittenRecord> stdout = new ArrayList<>();
  private final List<WrittenRecord> stderr = new ArrayList<>();
  private final FakeKubelet kubelet;
  private int restart;
  private WrittenFile current;
  private @Nullable WrittenFile old;
  private long rotatedNanos;
  private int made;
  private final Set<WrittenRecord> afterRotation = new HashSet<>();
  private byte[] torn = new byte[0];
  private boolean deleted;

  FakeContainer(FakeNode node, String pod, int number) throws IOException {
    this.node = node;
    this.pod = pod;
    this.uid = "uid-" + number;
    this.times = number % 2 == 0 ? TRIMMED : NINE_DIGITS;
    this.zone = number % 3 == 0 ? ZoneOffset.UTC : ZoneOffset.ofHours(2);
    this.podFolder = node.pods().resolve("ns_" + pod + "_" + uid);
    this.folder = podFolder.resolve("app");
    this.kubelet = new FakeKubelet(node, this);
    Files.createDirectories(folder);
    node.changed(node.pods());
    node.changed(podFolder);
    this.current = newFile(path());
  }

  private WrittenFile newFile(Path path) throws IOException {
    WrittenFile file = new WrittenFile(this, restart, made++, path, node.create(path));
    node.made(file);
    return file;
  }

  public String pod() {
    return pod;
  }

  public String uid() {
    return uid;
  }

  /** The folder below the pods folder. */
  public String key() {
    return "ns_" + pod + "_" + uid + "/app";
  }

  /** The pod's folder. */
  public Path podFolder() {
    return podFolder;
  }

  public Path folder() {
    return folder;
  }

  public FakeKubelet kubelet() {
    return kubelet;
  }

  public boolean isDeleted() {
    return deleted;
  }

  public int restart() {
    return restart;
  }

  /** The records of a stream in the order in which they stand in the files. */
  public List<WrittenRecord> records(boolean ofStderr) {
    return ofStderr ? stderr : stdout;
  }

  /** The file that is written to now. */
  public WrittenFile current() {
    return current;
  }

  /** Where the runtime writes. */
  Path path() {
    return folder.resolve(restart + ".log");
  }

  /** Writes a line as a runtime does: in pieces when it is long. */
  public void line(boolean toStderr, byte[] line) throws IOException {
    int from = 0;
    while (line.length - from > PIECE_BYTES) {
      record(toStderr, true, Arrays.copyOfRange(line, from, from + PIECE_BYTES));
      from += PIECE_BYTES;
    }
    record(toStderr, false, Arrays.copyOfRange(line, from, line.length));
  }

  /** Writes one record. */
  public void record(boolean toStderr, boolean partial, byte[] content) throws IOException {
    completeTorn();
    put(current, toStderr, partial, content, encode(toStderr, partial, content), false);
  }

  /** Writes a record that is not CRI. */
  public void malformed(byte[] text) throws IOException {
    completeTorn();
    byte[] bytes = Arrays.copyOf(text, text.length + 1);
    bytes[text.length] = '\n';
    put(current, false, false, text, bytes, false);
  }

  /** Writes the beginning of a record; the next write brings its rest. */
  public void tear(boolean toStderr, byte[] content, int there) throws IOException {
    completeTorn();
    byte[] bytes = encode(toStderr, false, content);
    int cut = bytes.length - 1 - (content.length - there);
    put(current, toStderr, false, Arrays.copyOf(content, there), Arrays.copyOf(bytes, cut), false);
    torn = Arrays.copyOfRange(bytes, cut, bytes.length);
  }

  /** Writes the rest of a record that was torn. */
  public void completeTorn() throws IOException {
    byte[] rest = torn;
    if (rest.length == 0) {
      return;
    }
    torn = new byte[0];
    List<WrittenRecord> inFile = current.records();
    WrittenRecord begun = inFile.getLast();
    current.append(rest, node.nowMs());
    byte[] content = Arrays.copyOf(begun.content(), begun.content().length + rest.length - 1);
    System.arraycopy(rest, 0, content, begun.content().length, rest.length - 1);
    WrittenRecord whole =
        new WrittenRecord(
            current,
            begun.offset(),
            begun.length() + rest.length,
            begun.stderr(),
            false,
            content,
            node.nowNanos(),
            begun.late());
    inFile.set(inFile.size() - 1, whole);
    List<WrittenRecord> inStream = records(begun.stderr());
    inStream.set(inStream.indexOf(begun), whole);
  }

  /**
   * Writes a record into the file that was rotated last, as a logger does that still drains; not
   * into the middle of a line that has gone on elsewhere by now.
   */
  public void lateRecord(boolean toStderr, byte[] content) throws IOException {
    WrittenFile file = old;
    if (file == null || !file.isOnDisk()) {
      return;
    }
    boolean late = node.nowNanos() - rotatedNanos > LATE_NANOS;
    if (late && isWithinLine(file, toStderr)) {
      return;
    }
    put(file, toStderr, false, content, encode(toStderr, false, content), late);
    afterRotation.add(file.records().getLast());
  }

  /** Whether a record came into a file that had been rotated, however soon. */
  public boolean isAfterRotation(WrittenRecord written) {
    return afterRotation.contains(written);
  }

  private boolean isWithinLine(WrittenFile file, boolean ofStderr) {
    List<WrittenRecord> stream = records(ofStderr);
    if (!stream.isEmpty() && stream.getLast().partial()) {
      return true;
    }
    WrittenRecord last = null;
    for (WrittenRecord written : stream) {
      last = written.file().order() <= file.order() ? written : last;
    }
    return last != null && last.partial();
  }

  /** The old logger has drained. */
  public void closeOld() {
    if (old != null) {
      old.close();
      old = null;
    }
  }

  private void put(
      WrittenFile file,
      boolean toStderr,
      boolean partial,
      byte[] content,
      byte[] bytes,
      boolean late)
      throws IOException {
    WrittenRecord written =
        new WrittenRecord(
            file,
            file.sizeBytes(),
            bytes.length,
            toStderr,
            partial,
            content,
            node.nowNanos(),
            late);
    file.append(bytes, node.nowMs());
    file.records().add(written);
    List<WrittenRecord> stream = records(toStderr);
    int place = stream.size();
    while (place > 0 && stream.get(place - 1).file().order() > file.order()) {
      place--;
    }
    stream.add(place, written);
  }

  private byte[] encode(boolean toStderr, boolean partial, byte[] content) {
    Instant time = node.recordTime();
    byte[] header =
        (times.format(time.atOffset(zone))
                + (toStderr ? " stderr " : " stdout ")
                + (partial ? "P " : "F "))
            .getBytes(US_ASCII);
    byte[] bytes = Arrays.copyOf(header, header.length + content.length + 1);
    System.arraycopy(content, 0, bytes, header.length, content.length);
    bytes[bytes.length - 1] = '\n';
    return bytes;
  }

  /** CRI's ReopenContainerLog; what was torn stays so: its rest goes with the old logger. */
  void reopen() throws IOException {
    completeTorn();
    closeOld();
    old = current;
    rotatedNanos = node.nowNanos();
    current = newFile(path());
  }

  /** The container's file is cut under it, and goes on from nothing. */
  public void truncate() throws IOException {
    torn = new byte[0];
    WrittenFile cut = current;
    Path path = cut.plain();
    if (path == null) {
      return;
    }
    cut.truncate();
    current = new WrittenFile(this, restart, made++, path, cut.channel());
    node.made(current);
  }

  /** The container ended and starts again; the kubelet keeps one dead instance. */
  public void crash() throws IOException {
    torn = new byte[0];
    kubelet.finish();
    closeOld();
    current.close();
    restart++;
    current = newFile(path());
    kubelet.removeInstance(restart - 2);
  }

  /** The pod is deleted, its files at once. */
  public void delete() throws IOException {
    kubelet.abandon();
    closeOld();
    current.close();
    deleted = true;
    for (int instance = 0; instance <= restart; instance++) {
      kubelet.removeInstance(instance);
    }
    kubelet.removeFolder();
  }

  /** Gives back what it holds open. */
  public void close() {
    closeOld();
    current.close();
  }
}
