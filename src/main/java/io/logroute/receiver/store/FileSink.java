// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.LineSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's writing thread and the bounded queue before it. Takes batches from several threads,
 * writes them in their order, and syncs at least each second. When it cannot write, for want of
 * room or for any other reason, it says so once, takes nothing more, tries again with growing
 * pauses, and says when it goes on.
 */
public final class FileSink implements LineSink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FileSink.class);

  /** With batches of 256 KiB about 4 MiB of lines wait here; a batch with one long line is more. */
  private static final int QUEUED_BATCHES = 16;

  private static final Duration SYNC_EVERY = Duration.ofMillis(500);

  private final FileStore store;
  private final BlockingQueue<LineBatch> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES);
  private final Queue<Path> rollRequests = new ConcurrentLinkedQueue<>();
  private final Heartbeat heartbeat = new Heartbeat();
  private final Perseverance disk;
  private final Thread thread = new Thread(this::run, "receiver-store");

  /** A sink over the files of {@code folder}; nothing is written before {@link #start}. */
  public FileSink(
      DataFolder folder, StoreLimits limits, StoreMetrics metrics, Traffic traffic, Clock clock) {
    this.store = new FileStore(folder.path(), limits, metrics, traffic, clock);
    this.disk = new Perseverance("lines", metrics, heartbeat, store::closeIdle);
  }

  public void start() {
    heartbeat.beat();
    thread.start();
  }

  /** Beats while the thread works, waits for lines, or waits for the disk. */
  public Heartbeat heartbeat() {
    return heartbeat;
  }

  /** Why nothing can be written now; empty when all is well. */
  public Optional<String> obstacle() {
    return disk.obstacle();
  }

  @Override
  public boolean offer(LineBatch batch, Duration timeout) {
    try {
      return queue.offer(batch, timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Asks for a file to be rolled though nothing is written to it; done within a second. */
  void requestRoll(Path current) {
    rollRequests.add(current);
  }

  private void run() {
    try {
      long nextTendNanos = System.nanoTime() + SYNC_EVERY.toNanos();
      while (!disk.gaveUp() && !isDone()) {
        heartbeat.beat();
        writeNext(nextTendNanos - System.nanoTime());
        if (System.nanoTime() - nextTendNanos >= 0) {
          tend();
          nextTendNanos = System.nanoTime() + SYNC_EVERY.toNanos();
        }
      }
      disk.untilDone(store::sync);
    } catch (InterruptedException e) {
      LOG.error("the store was interrupted, what waits is not written");
    } finally {
      finish();
    }
  }

  private boolean isDone() {
    return disk.isStopping() && queue.isEmpty();
  }

  private void writeNext(long waitNanos) throws InterruptedException {
    LineBatch batch = queue.poll(disk.isStopping() ? 0 : waitNanos, TimeUnit.NANOSECONDS);
    if (batch != null) {
      store.append(batch);
      disk.untilDone(store::flush);
    }
  }

  private void tend() throws InterruptedException {
    disk.untilDone(store::tend);
    for (Path path = rollRequests.poll(); path != null; path = rollRequests.poll()) {
      Path current = path;
      disk.untilDone(() -> store.roll(current));
    }
    disk.untilDone(store::sync);
  }

  private void finish() {
    if (disk.gaveUp()) {
      long waiting = queue.stream().mapToLong(batch -> batch.lines().size()).sum();
      LOG.error(
          "stopped while the store could not write: {} lines and the last batch are lost", waiting);
    }
    try {
      store.close();
    } catch (IOException e) {
      LOG.error("closing the store's files failed: {}", DataFolder.cause(e));
    }
    heartbeat.end();
  }

  /**
   * Writes and syncs what was offered before, then ends. A store that cannot write is given five
   * seconds.
   */
  @Override
  public void close() {
    disk.stop();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
