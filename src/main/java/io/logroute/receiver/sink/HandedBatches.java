// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a forwarder's thread, in the order in which it came: filled by any thread, emptied
 * by one. Bounded by those who fill it: batches that are acknowledged by their senders' windows,
 * the others by their number.
 */
public final class HandedBatches {

  /** Batches of senders that wait for no acknowledgement; of 256 KiB each. */
  private static final int UNACKED_BATCHES = 16;

  /** What stands in the queue. */
  public sealed interface Handed {}

  /** Lines that are acknowledged when they are stored. */
  public record Acked(AckedBatch batch) implements Handed {}

  /**
   * Lines that are not.
   *
   * @param stored makes room for another batch
   */
  public record Tagged(LineBatch batch, Runnable stored) implements Handed {}

  /** No lines: the thread has something to look after. */
  public record Wake() implements Handed {}

  private static final Wake WAKE = new Wake();

  private final BlockingQueue<Handed> queue = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(UNACKED_BATCHES);

  /** Never waits. */
  public void take(AckedBatch batch) {
    queue.add(new Acked(batch));
  }

  /** As {@link LineSink#offer}. */
  public boolean offer(LineBatch batch, Duration timeout) {
    try {
      if (!room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    queue.add(new Tagged(batch, room::release));
    return true;
  }

  /** Ends the thread's waiting. */
  public void wake() {
    queue.add(WAKE);
  }

  /** The next, at once; null: there is none. */
  public @Nullable Handed poll() {
    return queue.poll();
  }

  /** The next, waiting so long for it; null: there is none. */
  public @Nullable Handed poll(long timeoutMs) throws InterruptedException {
    return queue.poll(timeoutMs, TimeUnit.MILLISECONDS);
  }

  public boolean isEmpty() {
    return queue.isEmpty();
  }

  public int size() {
    return queue.size();
  }
}
