// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.sink.StreamKey;
import io.logroute.wire.BatchReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of acknowledged lines, the marks and the journal; why no line is lost or stored twice
 * is argued in the package's documentation. {@link #stage} cannot fail; every other step can, and
 * is repeated until it succeeds. {@link #begin} comes first. A group is {@link #stage} any number
 * of times, {@link #commit}, {@link #apply}. Used by one thread.
 */
final class AckedStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AckedStore.class);

  private static final long CHECKPOINT_BYTES = 64L << 20;
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(60);

  private record OpenLog(String name, String tenantId, String serviceId, LogFile file) {}

  private final Path root;
  private final Path own;
  private final StoreLimits limits;
  private final StoreMetrics metrics;
  private final Traffic traffic;
  private final Clock clock;
  private final UUID storeId;
  private final Marks marks;

  /** By last use, the longest unused first. */
  private final LinkedHashMap<String, OpenLog> files = new LinkedHashMap<>(64, 0.75f, true);

  private final Set<Path> closedUnsynced = new LinkedHashSet<>();
  private final Set<Path> changedFolders = new LinkedHashSet<>();
  private final Deque<OpenLog> touched = new ArrayDeque<>();
  private final Map<StreamKey, Long> stagedMarks = new LinkedHashMap<>();
  private final JournalRecord record = new JournalRecord();
  private final CriHeader header = new CriHeader();
  private final SpareArrays arrays = new SpareArrays();

  private final long lastJournal;
  private @Nullable Journal journal;
  private Instant checkpointAt;
  private int openFiles;
  private long stagedBytes;

  private AckedStore(
      Path root,
      StoreLimits limits,
      StoreMetrics metrics,
      Traffic traffic,
      Clock clock,
      Snapshot snapshot) {
    this.root = root;
    this.own = root.resolve(DataFolder.OWN);
    this.limits = limits;
    this.metrics = metrics;
    this.traffic = traffic;
    this.clock = clock;
    this.storeId = snapshot.storeId();
    this.marks = snapshot.marks();
    this.lastJournal = snapshot.journal();
    this.checkpointAt = clock.instant();
  }

  /**
   * The store of a folder, of which nothing but the marks has been read yet.
   *
   * @throws StoreException when its own files are damaged or cannot be read
   */
  static AckedStore of(
      Path root, StoreLimits limits, StoreMetrics metrics, Traffic traffic, Clock clock)
      throws StoreException {
    Path own = root.resolve(DataFolder.OWN);
    try {
      Snapshot snapshot = Snapshot.exists(own) ? Snapshot.read(own) : first(own);
      return new AckedStore(root, limits, metrics, traffic, clock, snapshot);
    } catch (IOException e) {
      throw new StoreException(
          "cannot use %s as --data-dir: %s".formatted(root, DataFolder.cause(e)));
    }
  }

  private static Snapshot first(Path own) throws IOException, StoreException {
    for (Path journal : Journal.all(own)) {
      if (Journal.mayHoldRecords(journal)) {
        throw new StoreException(
            "cannot use %s: the file marks that belongs to it is missing; restore it, or move %s away"
                .formatted(own, journal));
      }
    }
    return new Snapshot(UUID.randomUUID(), 0, new Marks());
  }

  /**
   * Does again what a crash may have undone, brings that to the disk, and begins a new journal: the
   * old one is not needed any more. Doing it again is as good as doing it once, as long as nothing
   * else was done.
   */
  void begin() throws IOException {
    Journal.replay(own, lastJournal, new Replay());
    Disk.forceAll(closedUnsynced);
    Disk.forceAll(changedFolders);
    Journal next = Journal.create(own, lastJournal + 1);
    try {
      new Snapshot(storeId, next.number(), marks).write(own);
      for (Path old : Journal.all(own)) {
        if (!next.isAt(old)) {
          Files.deleteIfExists(old);
        }
      }
    } catch (IOException e) {
      next.close();
      throw e;
    }
    journal = next;
  }

  /** Whether {@link #begin} has succeeded. */
  boolean hasBegun() {
    return journal != null;
  }

  private Journal journal() {
    return Objects.requireNonNull(journal, "the store has not begun");
  }

  UUID storeId() {
    return storeId;
  }

  /** Does what a record says, to the files themselves. */
  private final class Replay implements JournalRecord.Visitor {
    @Override
    public void lines(String name, long position, ByteBuffer bytes) throws IOException {
      Path path = root.resolve(name);
      Path folder = Objects.requireNonNull(path.getParent(), "a file stands in a folder");
      Files.createDirectories(folder);
      try (FileChannel file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        long from = Math.min(position, file.size());
        if (from < position) {
          LOG.warn("{} was removed or cut by someone else: lines go to its end", path);
        }
        while (bytes.hasRemaining()) {
          file.write(bytes, from + bytes.position());
        }
      }
      closedUnsynced.add(path);
      changed(folder);
    }

    @Override
    public void mark(StreamKey stream, long end, long heardAt) {
      marks.reach(stream, end, heardAt);
    }
  }

  private void changed(Path folder) {
    for (Path each = folder; each != null && each.startsWith(root); each = each.getParent()) {
      changedFolders.add(each);
    }
  }

  /** Takes the lines of a batch that are no repeats into memory. */
  void stage(AckedBatch batch) {
    BatchReader lines = batch.lines();
    Instant arrived = batch.arrivedAt();
    long arrivedNanos = arrived.getEpochSecond() * 1_000_000_000 + arrived.getNano();
    AckedStream stream = null;
    OpenLog log = null;
    long mark = 0;
    long repeats = 0;
    for (boolean more = lines.next(); more; more = lines.next()) {
      if (lines.isRunStart()) {
        reach(stream, mark);
        stream = batch.streams().get(lines.stream());
        log = stream == null ? null : log(stream);
        mark = stream == null ? 0 : mark(stream);
      }
      if (stream == null || log == null) {
        continue;
      }
      if (stream.isKnown() && lines.end() <= mark) {
        repeats++;
        continue;
      }
      mark = lines.end();
      stage(lines, arrivedNanos, stream, log);
    }
    reach(stream, mark);
    metrics.repeated(repeats);
  }

  private void stage(BatchReader lines, long arrivedNanos, AckedStream stream, OpenLog log) {
    long time = lines.epochNanos() == Long.MIN_VALUE ? arrivedNanos : lines.epochNanos();
    if (!log.file().hasPending()) {
      touched.add(log);
    }
    header.set(time, stream.identity().stream(), lines.isTruncated());
    log.file().append(header, lines.bytes(), lines.lineOffset(), lines.lineLength());
    stagedBytes += lines.lineLength();
  }

  /** Up to where a stream's lines are stored, or are about to be; a repeat is not beyond it. */
  private long mark(AckedStream stream) {
    Long staged = stagedMarks.get(stream.key());
    return staged == null ? marks.end(stream.key()) : staged;
  }

  private void reach(@Nullable AckedStream stream, long mark) {
    if (stream != null && stream.isKnown()) {
      stagedMarks.put(stream.key(), mark);
    }
  }

  private OpenLog log(AckedStream stream) {
    String name = stream.file();
    OpenLog known = files.get(name);
    if (known == null) {
      Path path = root.resolve(name);
      Path folder = Objects.requireNonNull(path.getParent(), "a file stands in a folder");
      StoredName file = new StoredName(path.getFileName() + "", "", 0, StoredName.Form.PLAIN);
      known =
          new OpenLog(
              name,
              stream.identity().tenant(),
              stream.identity().service(),
              new LogFile(folder, file, clock, arrays));
      files.put(name, known);
    }
    return known;
  }

  /** Bytes of lines that were staged since the last commit. */
  long stagedBytes() {
    return stagedBytes;
  }

  /**
   * Brings what was staged to the disk, in the journal: when this returns the lines cannot get lost
   * any more.
   */
  void commit() throws IOException {
    if (!touched.isEmpty()) {
      if (journal().isClosed()) {
        checkpoint();
      }
      long startNanos = System.nanoTime();
      journal().append(stagedRecord());
      metrics.journaled(System.nanoTime() - startNanos);
    }
    long heardAt = clock.instant().getEpochSecond();
    stagedMarks.forEach((stream, end) -> marks.reach(stream, end, heardAt));
    stagedMarks.clear();
    stagedBytes = 0;
  }

  private List<ByteBuffer> stagedRecord() throws IOException {
    record.begin();
    record.files(touched.size());
    for (OpenLog log : touched) {
      long position = position(log.file());
      PendingLines lines = Objects.requireNonNull(log.file().pending(), "it was touched");
      record.lines(log.name(), position, lines.asBuffers());
    }
    record.marks(stagedMarks.entrySet(), clock.instant().getEpochSecond());
    return record.end();
  }

  private long position(LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    try {
      return file.position();
    } finally {
      opened(file, wasOpen);
      closeLongestUnused(limits.maxOpenFiles());
    }
  }

  private void opened(LogFile file, boolean wasOpen) {
    if (file.isOpen() && !wasOpen) {
      openFiles++;
      changed(file.folder());
    }
  }

  /** Writes what was committed to the files themselves. */
  void apply() throws IOException {
    for (OpenLog log = touched.peek(); log != null; log = touched.peek()) {
      boolean wasOpen = log.file().isOpen();
      try {
        PendingLines written = log.file().flush();
        if (written != null) {
          metrics.stored(log.tenantId(), written);
          metrics.acked(written);
          traffic.add(log.tenantId(), log.serviceId(), written.lines(), written.lineBytes());
        }
      } finally {
        opened(log.file(), wasOpen);
      }
      touched.remove();
      closeLongestUnused(limits.maxOpenFiles());
    }
  }

  /**
   * Closes files until no more than so many are open. What is pending stays in memory, with the
   * position that the journal knows.
   */
  private void closeLongestUnused(int allowed) throws IOException {
    Iterator<OpenLog> oldest = files.values().iterator();
    while (openFiles > allowed && oldest.hasNext()) {
      LogFile file = oldest.next().file();
      close(file);
      if (!file.hasPending()) {
        oldest.remove();
      }
    }
  }

  private void close(LogFile file) throws IOException {
    if (!file.isOpen()) {
      return;
    }
    if (file.isUnsynced()) {
      closedUnsynced.add(file.path());
    }
    openFiles--;
    file.close();
  }

  /** Gives up the files that are not needed at the moment, after the system had no more of them. */
  void closeIdle() throws IOException {
    closeLongestUnused(0);
  }

  /** Lets a mark go: no line of the stream will come again. */
  void forget(StreamKey stream) {
    marks.forget(stream);
  }

  /** Whether the journal is long or old enough, or a file has reached its size. */
  boolean isCheckpointDue() {
    return !journal().isEmpty()
        && (journal().sizeBytes() >= CHECKPOINT_BYTES
            || clock.instant().isAfter(checkpointAt.plus(CHECKPOINT_EVERY))
            || files.values().stream().anyMatch(log -> isDue(log.file())));
  }

  private boolean isDue(LogFile file) {
    return file.isDue(limits.rollBytes(), limits.rollAge());
  }

  /**
   * Brings the files to the disk, and then begins a new journal: the old one is not needed any
   * more.
   */
  void checkpoint() throws IOException {
    for (OpenLog log : files.values()) {
      verify(log.file());
      log.file().sync();
    }
    Disk.forceAll(closedUnsynced);
    Disk.forceAll(changedFolders);
    marks.expire(clock.instant());
    replaceJournal();
    checkpointAt = clock.instant();
    metrics.marks(marks.all().size());
  }

  /** Finds out what was taken away by others. */
  private void verify(LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    file.verify();
    if (wasOpen && !file.isOpen()) {
      openFiles--;
    }
  }

  /**
   * From the moment the new marks may be on the disk under their name, what is appended to the old
   * journal would not be replayed, so nothing is.
   */
  private void replaceJournal() throws IOException {
    Journal old = journal();
    old.retire();
    Journal next = Journal.create(own, old.number() + 1);
    try {
      new Snapshot(storeId, next.number(), marks).write(own);
    } catch (IOException e) {
      next.close();
      throw e;
    }
    journal = next;
    old.delete();
  }

  /** Rolls what is due, and more; only right after a checkpoint. */
  void roll(Set<Path> more) throws IOException {
    if (!journal().isEmpty()) {
      throw new IllegalStateException("the journal knows positions in files that are to be rolled");
    }
    for (OpenLog log : new ArrayList<>(files.values())) {
      if (isDue(log.file()) || more.contains(log.file().path())) {
        roll(log.file());
        files.remove(log.name());
      }
    }
    Iterator<Path> each = more.iterator();
    while (each.hasNext()) {
      Path path = each.next();
      Path folder = path.getParent();
      @Nullable StoredName name = StoredName.parse(path).orElse(null);
      if (folder != null && name != null && name.isCurrent() && !isUsedSince(path)) {
        roll(new LogFile(folder, name, clock));
      }
      each.remove();
    }
  }

  private boolean isUsedSince(Path path) {
    return files.values().stream().anyMatch(log -> log.file().path().equals(path));
  }

  /** Its new name is on the disk before anything is written under the old one again. */
  private void roll(LogFile file) throws IOException {
    boolean wasOpen = file.isOpen();
    try {
      file.roll();
    } finally {
      if (wasOpen && !file.isOpen()) {
        openFiles--;
      }
    }
    Disk.force(file.folder());
    metrics.rolled();
  }

  /** Closes every file; what was not committed is gone. */
  @Override
  public void close() throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (OpenLog log : files.values()) {
      try {
        log.file().close();
      } catch (IOException e) {
        failures.add(e);
      }
    }
    files.clear();
    openFiles = 0;
    if (journal != null) {
      journal.close();
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }
}
