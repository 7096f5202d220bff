// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.cri.RecordTime;

/**
 * Where the bytes of one feed went: read, settled, lost. The pipeline's thread writes, any thread
 * reads.
 */
final class FeedAccount {

  private final FeedCount total = new FeedCount();
  private FeedCount unmarked = new FeedCount();
  private long firstEpochNanos = RecordTime.NONE;
  private volatile long readBytes;
  private volatile long settledBytes;
  private volatile long lostBytes;

  /** What was counted since the last mark; pipeline's thread only. */
  FeedCount unmarked() {
    return unmarked;
  }

  /** Starts a new count: a mark has the one there was. */
  void marked() {
    unmarked = new FeedCount();
    firstEpochNanos = RecordTime.NONE;
  }

  /** Notes the time of a record, if it is the first since the last mark. */
  void metRecordOf(long epochNanos) {
    if (firstEpochNanos == RecordTime.NONE) {
      firstEpochNanos = epochNanos;
    }
  }

  boolean hasFirstTime() {
    return firstEpochNanos != RecordTime.NONE;
  }

  /** Time of the first record since the last mark; {@link RecordTime#NONE}: there is none. */
  long firstEpochNanos() {
    return firstEpochNanos;
  }

  void read(long bytes) {
    readBytes += bytes;
  }

  void lost(long bytes) {
    lostBytes += bytes;
  }

  /** What a mark counted has become true. */
  void settle(FeedCount count) {
    settledBytes += count.bytes();
    synchronized (total) {
      total.add(count);
    }
  }

  /** What the marks that were settled add up to. */
  FeedCount total() {
    FeedCount copy = new FeedCount();
    synchronized (total) {
      copy.add(total);
    }
    return copy;
  }

  long readBytes() {
    return readBytes;
  }

  /** Bytes that were read, and are not settled. */
  long unsettledBytes() {
    return readBytes - settledBytes;
  }

  /** Bytes that could not be read, and are in the ledger. */
  long lostBytes() {
    return lostBytes;
  }
}
