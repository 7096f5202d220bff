// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.PositionsFile;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes positions on a thread of its own, so that a slow disk holds up nobody. Of positions that
 * come faster than the disk takes them only the newest count.
 */
final class Checkpointer {

  private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);
  private static final long POLL_MS = 5_000;

  private final PositionsFile file;
  private final BlockingQueue<Positions> next = new ArrayBlockingQueue<>(1);
  private final Thread thread;
  private volatile Positions offered = Positions.NONE;
  private volatile boolean stopping;
  private boolean failing;
  private Positions written = Positions.NONE;

  Checkpointer(PositionsFile file) {
    this.file = file;
    this.thread = Thread.ofPlatform().name("checkpointer").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Hands positions over; returns at once. */
  void offer(Positions positions) {
    offered = positions;
    next.poll();
    next.offer(positions);
  }

  /** Writes what was handed over last, and ends. */
  void close() throws InterruptedException {
    stopping = true;
    next.offer(offered);
    thread.join();
  }

  private void run() {
    try {
      while (!stopping || !next.isEmpty()) {
        writeNext(POLL_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for positions up to a time, and writes them; the thread's own. */
  void writeNext(long timeoutMs) throws InterruptedException {
    Positions positions = next.poll(timeoutMs, TimeUnit.MILLISECONDS);
    if (positions != null && !positions.equals(written)) {
      write(positions);
    }
  }

  private void write(Positions positions) {
    try {
      file.write(positions);
      written = positions;
      if (failing) {
        log.info("positions are on disk again");
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        log.error(
            "positions cannot be written ({}); trying on, and until then a restart repeats lines",
            e.toString());
      }
      failing = true;
    }
  }
}
