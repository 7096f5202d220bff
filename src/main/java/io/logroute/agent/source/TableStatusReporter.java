// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import io.logroute.table.TableCodec;
import io.logroute.table.TableStatus;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the status of the node's table from a thread of its own: only what has changed, once a
 * second at most, again after a failure. Whoever reports never waits.
 */
final class TableStatusReporter {

  private static final Logger log = LoggerFactory.getLogger(TableStatusReporter.class);
  private static final long INTERVAL_MS = 1_000;
  private static final int NOT_FOUND = 404;

  private final TableResource resource;
  private final Backoff backoff;
  private final Reachability reachability;
  private final SourceThread thread = new SourceThread("table-status", this::run);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable TableStatus wanted;
  private @Nullable TableStatus sent;

  TableStatusReporter(TableResource resource, Backoff backoff, String subject) {
    this.resource = resource;
    this.backoff = backoff;
    this.reachability = new Reachability(log, subject, InstantSource.system());
  }

  void start() {
    thread.start();
  }

  /** What the status is to be from now on. */
  void report(TableStatus status) {
    lock.lock();
    try {
      wanted = status;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The object is another one: whatever was sent is not on it. */
  void repeat() {
    lock.lock();
    try {
      sent = null;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  void stop() {
    thread.stop();
    lock.lock();
    try {
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  void join() {
    thread.join();
  }

  private void run() {
    while (!thread.isStopping()) {
      TableStatus status = awaitChange();
      if (status != null) {
        thread.pause(send(status));
      }
    }
  }

  private @Nullable TableStatus awaitChange() {
    lock.lock();
    try {
      while (!thread.isStopping() && (wanted == null || wanted.equals(sent))) {
        changed.await(1, TimeUnit.MINUTES);
      }
      return thread.isStopping() ? null : wanted;
    } catch (InterruptedException e) {
      thread.stop();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** How long to wait before the next one, in milliseconds. */
  private long send(TableStatus status) {
    markSent(status);
    try {
      resource.patchStatus(TableCodec.writeStatusPatch(status));
      reachability.works();
      backoff.reset();
      return INTERVAL_MS;
    } catch (IOException e) {
      if (e instanceof ApiFailure failure && failure.status() == NOT_FOUND) {
        return INTERVAL_MS;
      }
      repeat();
      tell(e);
      return backoff.nextMs(e);
    }
  }

  private void markSent(TableStatus status) {
    lock.lock();
    try {
      sent = status;
    } finally {
      lock.unlock();
    }
  }

  /** An API server that is away or busy is told of by the watch. */
  private void tell(IOException e) {
    if (e instanceof ApiFailure failure
        && failure.status() < 500
        && !failure.isBusy()
        && !thread.isStopping()) {
      reachability.failed(String.valueOf(e.getMessage()));
    }
  }
}
