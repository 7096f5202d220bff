// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.health.Heartbeat;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after files which are no longer written to: compresses, deletes what the
 * bounds do not allow, and clears away what a kill left behind. What {@link Upkeep} plans it does;
 * a failure is said once, and everything is tried again at the next round. From its first file to
 * compress on it takes the processor only as far as others leave it, so that lines come first.
 */
public final class Housekeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

  /** A list of blocks is a moment later than its file when both are renamed. */
  private static final Duration ORPHAN_AGE = Duration.ofHours(1);

  private final Path root;
  private final StoreLimits limits;
  private final StoreMetrics metrics;
  private final Consumer<Path> roll;
  private final Clock clock;
  private final Duration every;
  private final Heartbeat heartbeat = new Heartbeat();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "receiver-housekeeper");

  private boolean failing;
  private boolean isInBackground;

  /**
   * @param roll asks whoever writes to a file to roll it
   */
  public Housekeeper(
      DataFolder folder,
      StoreLimits limits,
      StoreMetrics metrics,
      Consumer<Path> roll,
      Clock clock,
      Duration every) {
    this.root = folder.path();
    this.limits = limits;
    this.metrics = metrics;
    this.roll = roll;
    this.clock = clock;
    this.every = every;
  }

  public void start() {
    heartbeat.beat();
    thread.setDaemon(true);
    thread.start();
  }

  /** Beats at each file. */
  public Heartbeat heartbeat() {
    return heartbeat;
  }

  private void run() {
    try {
      while (!isStopping()) {
        round();
        stopAsked.await(every.toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      LOG.error("the housekeeper was interrupted: nothing is compressed or deleted any more");
    } finally {
      heartbeat.end();
    }
  }

  private boolean isStopping() {
    return stopAsked.getCount() == 0;
  }

  private void round() {
    try {
      tidy();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.error("cannot compress or delete old files, trying again: {}", DataFolder.cause(e));
      }
      failing = true;
    }
  }

  /** One round: deletes first, since that is what makes room. */
  void tidy() throws IOException {
    heartbeat.beat();
    StoreScan scan = StoreScan.of(root);
    Upkeep upkeep = Upkeep.plan(scan.files(), limits, clock.instant());
    metrics.dataBytes(upkeep.keptBytes());
    for (StoredFile file : upkeep.leftovers()) {
      Files.deleteIfExists(file.path());
    }
    for (StoreScan.BlocksFile list : scan.orphans(clock.instant().minus(ORPHAN_AGE))) {
      Files.deleteIfExists(list.path());
    }
    for (StoredFile file : upkeep.expired()) {
      heartbeat.beat();
      delete(file);
      metrics.deleted(file.sizeBytes());
    }
    upkeep.roll().forEach(file -> roll.accept(file.path()));
    for (StoredFile file : upkeep.compress()) {
      if (isStopping()) {
        return;
      }
      compress(file);
    }
  }

  private void compress(StoredFile file) throws IOException {
    if (!isInBackground && Thread.currentThread() == thread) {
      BackgroundThread.become();
      isInBackground = true;
    }
    Path unfinished = file.in(StoredName.Form.UNFINISHED);
    try {
      write(file.path(), unfinished);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    if (isStopping()) {
      Files.deleteIfExists(unfinished);
      return;
    }
    Files.setLastModifiedTime(unfinished, FileTime.from(file.lastWritten()));
    Files.move(unfinished, file.in(StoredName.Form.COMPRESSED), StandardCopyOption.ATOMIC_MOVE);
    delete(file);
    metrics.compressed();
  }

  private static void delete(StoredFile file) throws IOException {
    Files.deleteIfExists(file.path());
    Files.deleteIfExists(BlockIndex.pathOf(file.path()));
  }

  private void write(Path from, Path to) throws IOException {
    try (InputStream in = new Watched(Files.newInputStream(from));
        FileChannel file =
            FileChannel.open(
                to,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      BlockedGzip.write(in, Channels.newOutputStream(file));
      file.force(true);
    }
  }

  /** Beats while it is read, and ends early when the housekeeper is to stop. */
  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      heartbeat.beat();
      return isStopping() ? -1 : super.read(bytes, from, length);
    }
  }

  /** Ends after the file at hand, which is left as it was. */
  @Override
  public void close() {
    stopAsked.countDown();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
