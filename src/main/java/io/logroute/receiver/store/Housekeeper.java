// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.health.Heartbeat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after files which are no longer written to: compresses, deletes what the
 * bounds do not allow, and clears away what a kill left behind. What {@link Upkeep} plans it does;
 * a failure is said once, and everything is tried again at the next round.
 */
public final class Housekeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

  private static final int COPY_BYTES = 64 * 1024;

  private final Path root;
  private final StoreLimits limits;
  private final StoreMetrics metrics;
  private final FileSink sink;
  private final Clock clock;
  private final Duration every;
  private final Heartbeat heartbeat = new Heartbeat();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "receiver-housekeeper");

  private boolean failing;

  public Housekeeper(
      DataFolder folder,
      StoreLimits limits,
      StoreMetrics metrics,
      FileSink sink,
      Clock clock,
      Duration every) {
    this.root = folder.path();
    this.limits = limits;
    this.metrics = metrics;
    this.sink = sink;
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
    Upkeep upkeep = Upkeep.plan(StoreScan.of(root), limits, clock.instant());
    metrics.dataBytes(upkeep.keptBytes());
    for (StoredFile file : upkeep.leftovers()) {
      Files.deleteIfExists(file.path());
    }
    for (StoredFile file : upkeep.expired()) {
      heartbeat.beat();
      Files.deleteIfExists(file.path());
      metrics.deleted(file.sizeBytes());
    }
    upkeep.roll().forEach(file -> sink.requestRoll(file.path()));
    for (StoredFile file : upkeep.compress()) {
      if (isStopping()) {
        return;
      }
      compress(file);
    }
  }

  private void compress(StoredFile file) throws IOException {
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
    Files.deleteIfExists(file.path());
    metrics.compressed();
  }

  private void write(Path from, Path to) throws IOException {
    try (InputStream in = Files.newInputStream(from);
        FileChannel file =
            FileChannel.open(
                to,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      GZIPOutputStream out = new GZIPOutputStream(Channels.newOutputStream(file), COPY_BYTES);
      copy(in, out);
      out.finish();
      file.force(true);
    }
  }

  private void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[COPY_BYTES];
    for (int count = in.read(bytes); count >= 0 && !isStopping(); count = in.read(bytes)) {
      heartbeat.beat();
      out.write(bytes, 0, count);
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
