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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1000;

  /** How long a stop waits for a store that cannot write. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private final FileStore store;
  private final StoreMetrics metrics;
  private final BlockingQueue<LineBatch> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES);
  private final Queue<Path> rollRequests = new ConcurrentLinkedQueue<>();
  private final Heartbeat heartbeat = new Heartbeat();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "receiver-store");

  private volatile @Nullable String obstacle;
  private volatile long stopDeadlineNanos;
  private boolean gaveUp;

  /** A sink over the files of {@code folder}; nothing is written before {@link #start}. */
  public FileSink(
      DataFolder folder, StoreLimits limits, StoreMetrics metrics, Traffic traffic, Clock clock) {
    this.metrics = metrics;
    this.store = new FileStore(folder.path(), limits, metrics, traffic, clock);
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
    return Optional.ofNullable(obstacle);
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
      while (!gaveUp && !isDone()) {
        heartbeat.beat();
        writeNext(nextTendNanos - System.nanoTime());
        if (System.nanoTime() - nextTendNanos >= 0) {
          tend();
          nextTendNanos = System.nanoTime() + SYNC_EVERY.toNanos();
        }
      }
      untilDone(store::sync);
    } catch (InterruptedException e) {
      LOG.error("the store was interrupted, what waits is not written");
    } finally {
      finish();
    }
  }

  private boolean isDone() {
    return stopAsked.getCount() == 0 && queue.isEmpty();
  }

  private void writeNext(long waitNanos) throws InterruptedException {
    LineBatch batch = queue.poll(stopAsked.getCount() == 0 ? 0 : waitNanos, TimeUnit.NANOSECONDS);
    if (batch != null) {
      store.append(batch);
      untilDone(store::flush);
    }
  }

  private void tend() throws InterruptedException {
    untilDone(store::tend);
    for (Path path = rollRequests.poll(); path != null; path = rollRequests.poll()) {
      Path current = path;
      untilDone(() -> store.roll(current));
    }
    untilDone(store::sync);
  }

  private interface Step {
    void run() throws IOException;
  }

  private void untilDone(Step step) throws InterruptedException {
    long pauseMs = FIRST_PAUSE_MS;
    while (!gaveUp) {
      try {
        step.run();
        goesOn();
        return;
      } catch (IOException e) {
        stalls(e);
      }
      giveUpWhenStopping();
      heartbeat.beat();
      pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      freeFiles();
    }
  }

  private void pause(long pauseMs) throws InterruptedException {
    if (stopAsked.await(pauseMs, TimeUnit.MILLISECONDS)) {
      TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MS);
    }
  }

  /** The cause may be that the system has no more files to open. */
  private void freeFiles() {
    try {
      store.closeIdle();
    } catch (IOException e) {
      LOG.debug("closing idle files failed too", e);
    }
  }

  private void stalls(IOException e) {
    String cause = "cannot store lines, trying again until it works: " + DataFolder.cause(e);
    if (obstacle == null) {
      LOG.error("{}", cause);
      metrics.stalled(true);
    }
    obstacle = cause;
  }

  private void goesOn() {
    if (obstacle != null) {
      obstacle = null;
      metrics.stalled(false);
      LOG.info("lines are stored again");
    }
  }

  private void giveUpWhenStopping() {
    if (stopAsked.getCount() == 0 && System.nanoTime() - stopDeadlineNanos > 0) {
      gaveUp = true;
    }
  }

  private void finish() {
    if (gaveUp) {
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
    stopDeadlineNanos = System.nanoTime() + STOP_GRACE.toNanos();
    stopAsked.countDown();
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
