// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.receiver.health.Heartbeat;
import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.AckedStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes acknowledged lines, and the queue before it, which is bounded by the
 * windows of those who fill it. What waits at the moment is stored as a group, with one sync. A
 * disk that takes nothing holds up acknowledgements, and with them the agents, and nothing else.
 */
public final class AckedFileSink implements AckedSink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AckedFileSink.class);

  /**
   * A group takes no more batches once it has as many bytes. A window of an agent's becomes
   * somewhat more than itself, and goes to the disk with one sync: 6 % more lines a second than
   * with 2 MiB.
   */
  private static final long GROUP_BYTES = 6L << 20;

  private static final long POLL_MS = 100;

  private sealed interface Handed {}

  private record Lines(AckedBatch batch) implements Handed {}

  private record Gone(AckedStream stream) implements Handed {}

  private final AckedStore store;
  private final BlockingQueue<Handed> queue = new LinkedBlockingQueue<>();
  private final BlockingQueue<Path> rollRequests = new LinkedBlockingQueue<>();
  private final Heartbeat heartbeat = new Heartbeat();
  private final Perseverance disk;
  private final Thread thread = new Thread(this::run, "receiver-acked-store");

  private final List<AckedBatch> group = new ArrayList<>();
  private final List<AckedStream> gone = new ArrayList<>();

  /**
   * A sink over the files of {@code folder}, as they were when the process before this one ended,
   * however it ended. On a full disk it waits for room, as it does later on: lines can be looked
   * for, and old ones deleted, meanwhile.
   *
   * @throws StoreException when that cannot be for another reason
   */
  public AckedFileSink(
      DataFolder folder, StoreLimits limits, StoreMetrics metrics, Traffic traffic, Clock clock)
      throws StoreException {
    this.store = AckedStore.of(folder.path(), limits, metrics, traffic, clock);
    this.disk = new Perseverance("acknowledged lines", metrics, heartbeat, store::closeIdle);
    try {
      store.begin();
    } catch (IOException e) {
      if (!DataFolder.isFull(e)) {
        throw new StoreException(
            "cannot use %s as --data-dir: %s".formatted(folder.path(), DataFolder.cause(e)));
      }
      disk.stalls(e);
    }
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
  public void take(AckedBatch batch) {
    queue.add(new Lines(batch));
  }

  @Override
  public void forget(AckedStream stream) {
    queue.add(new Gone(stream));
  }

  @Override
  public UUID storeId() {
    return store.storeId();
  }

  /** Asks for a file to be rolled though nothing is written to it; done within a second. */
  void requestRoll(Path current) {
    rollRequests.add(current);
  }

  private void run() {
    try {
      if (!store.hasBegun() && !disk.untilDone(store::begin)) {
        return;
      }
      while (!disk.gaveUp() && !(disk.isStopping() && queue.isEmpty())) {
        heartbeat.beat();
        collect();
        storeGroup();
        tend();
      }
      disk.untilDone(store::checkpoint);
    } catch (InterruptedException e) {
      LOG.error("the store was interrupted, what waits is not stored");
    } finally {
      finish();
    }
  }

  private void collect() throws InterruptedException {
    @Nullable Handed next = queue.poll(POLL_MS, TimeUnit.MILLISECONDS);
    while (next != null) {
      switch (next) {
        case Lines(AckedBatch batch) -> {
          store.stage(batch);
          group.add(batch);
        }
        case Gone(AckedStream stream) -> gone.add(stream);
      }
      next = store.stagedBytes() < GROUP_BYTES ? queue.poll() : null;
    }
  }

  private void storeGroup() throws InterruptedException {
    if (!group.isEmpty() && disk.untilDone(store::commit)) {
      group.forEach(batch -> batch.stored().run());
      group.clear();
      disk.untilDone(store::apply);
    }
    gone.forEach(stream -> store.forget(stream.key()));
    gone.clear();
  }

  private void tend() throws InterruptedException {
    if (store.isCheckpointDue() || !rollRequests.isEmpty()) {
      Set<Path> more = new LinkedHashSet<>();
      rollRequests.drainTo(more);
      if (disk.untilDone(store::checkpoint)) {
        disk.untilDone(() -> store.roll(more));
      }
    }
  }

  private void finish() {
    if (disk.gaveUp()) {
      LOG.error(
          "stopped while the store could not write: {} batches were not acknowledged, their agents"
              + " send them again",
          queue.size() + group.size());
    }
    try {
      store.close();
    } catch (IOException e) {
      LOG.error("closing the store's files failed: {}", DataFolder.cause(e));
    }
    heartbeat.end();
  }

  /** Stores what was taken, then ends. A store that cannot write is given five seconds. */
  @Override
  public void close() {
    disk.stop();
    if (thread.getState() == Thread.State.NEW) {
      finish();
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
