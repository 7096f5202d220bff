// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.logroute.wire.StandardStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files that are written to. {@link #append} takes a batch into memory and cannot fail; every
 * other step can, and is repeated until it succeeds, without writing anything twice. Used by one
 * thread.
 */
final class FileStore implements AutoCloseable {

  private final Path root;
  private final StoreLimits limits;
  private final StoreMetrics metrics;
  private final Traffic traffic;
  private final Clock clock;

  /** By last use, the longest unused first. */
  private final LinkedHashMap<TaggedStream, LogFile> files = new LinkedHashMap<>(64, 0.75f, true);

  private final Deque<Map.Entry<TaggedStream, LogFile>> touched = new ArrayDeque<>();
  private final Set<Path> closedUnsynced = new LinkedHashSet<>();
  private final Set<Path> changedFolders = new LinkedHashSet<>();
  private final CriHeader header = new CriHeader();
  private final SpareArrays arrays = new SpareArrays();
  private int openFiles;

  FileStore(Path root, StoreLimits limits, StoreMetrics metrics, Traffic traffic, Clock clock) {
    this.root = root;
    this.limits = limits;
    this.metrics = metrics;
    this.traffic = traffic;
    this.clock = clock;
  }

  /** Takes the lines of a batch into memory. */
  void append(LineBatch batch) {
    header.set(nanos(batch.arrivedAt()), StandardStream.STDOUT, false);
    for (ReceivedLine line : batch.lines()) {
      LogFile file = files.computeIfAbsent(line.stream(), this::file);
      if (!file.hasPending()) {
        touched.add(Map.entry(line.stream(), file));
      }
      file.append(header, line);
    }
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }

  private LogFile file(TaggedStream stream) {
    Path folder = root.resolve(stream.tenantId()).resolve(stream.serviceId());
    return new LogFile(folder, StoredName.current(stream.tag()), clock, arrays);
  }

  /** Writes what was appended, and rolls what has reached its size. */
  void flush() throws IOException {
    for (var next = touched.peek(); next != null; next = touched.peek()) {
      LogFile file = next.getValue();
      write(next.getKey(), file);
      rollWhenDue(file);
      touched.remove();
      closeLongestUnused(limits.maxOpenFiles());
    }
    metrics.openFiles(openFiles);
  }

  private void write(TaggedStream stream, LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    try {
      PendingLines written = file.flush();
      if (written != null) {
        metrics.stored(stream.tenantId(), written);
        traffic.add(stream.tenantId(), stream.serviceId(), written.lines(), written.lineBytes());
      }
    } finally {
      opened(file, wasOpen);
    }
  }

  private void opened(LogFile file, boolean wasOpen) {
    if (file.isOpen() && !wasOpen) {
      openFiles++;
      changedFolders.add(file.folder());
    }
  }

  private void rollWhenDue(LogFile file) throws IOException {
    if (file.isDue(limits.rollBytes(), limits.rollAge())) {
      roll(file);
    }
  }

  private void roll(LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    try {
      file.roll();
    } finally {
      opened(file, wasOpen);
      closed(file, wasOpen || file.isOpen());
    }
    closedUnsynced.remove(file.path());
    changedFolders.add(file.folder());
    metrics.rolled();
  }

  private void closed(LogFile file, boolean wasOpen) {
    if (wasOpen && !file.isOpen()) {
      openFiles--;
    }
  }

  /** Closes files until no more than so many are open; what is pending is written first. */
  private void closeLongestUnused(int allowed) throws IOException {
    Iterator<Map.Entry<TaggedStream, LogFile>> oldest = files.entrySet().iterator();
    while (openFiles > allowed && oldest.hasNext()) {
      Map.Entry<TaggedStream, LogFile> entry = oldest.next();
      LogFile file = entry.getValue();
      if (file.hasPending()) {
        continue;
      }
      close(file);
      oldest.remove();
    }
  }

  private void close(LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    if (file.isUnsynced()) {
      closedUnsynced.add(file.path());
    }
    try {
      file.close();
    } finally {
      closed(file, wasOpen);
    }
  }

  /** Gives up the files that are not needed at the moment, after the system had no more of them. */
  void closeIdle() throws IOException {
    closeLongestUnused(0);
  }

  /** Brings everything that was flushed to the disk, the names of new files included. */
  void sync() throws IOException {
    if (!hasUnsynced()) {
      return;
    }
    long startNanos = System.nanoTime();
    for (LogFile file : files.values()) {
      if (file.isUnsynced()) {
        file.sync();
      }
    }
    Disk.forceAll(closedUnsynced);
    Disk.forceAll(changedFolders);
    metrics.synced(System.nanoTime() - startNanos);
  }

  private boolean hasUnsynced() {
    return !closedUnsynced.isEmpty()
        || !changedFolders.isEmpty()
        || files.values().stream().anyMatch(LogFile::isUnsynced);
  }

  /** Rolls what has reached its age, and finds out what was taken away by others. */
  void tend() throws IOException {
    for (LogFile file : files.values()) {
      boolean wasOpen = file.isOpen();
      file.verify();
      closed(file, wasOpen);
      rollWhenDue(file);
    }
    files.values().removeIf(file -> !file.isOpen() && !file.isUnsynced() && !file.hasPending());
    metrics.openFiles(openFiles);
  }

  /** Rolls a file that the housekeeper found too old, open or not. */
  void roll(Path current) throws IOException {
    @Nullable LogFile known = known(current);
    if (known != null) {
      roll(known);
      return;
    }
    Path folder = current.getParent();
    StoredName name = StoredName.parse(current).orElse(null);
    if (folder != null && name != null && name.isCurrent()) {
      roll(new LogFile(folder, name, clock));
    }
  }

  private @Nullable LogFile known(Path current) {
    return files.values().stream()
        .filter(file -> file.path().equals(current))
        .findFirst()
        .orElse(null);
  }

  /** Closes every file; what was not flushed is gone. */
  @Override
  public void close() throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (LogFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        failures.add(e);
      }
    }
    files.clear();
    openFiles = 0;
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }
}
