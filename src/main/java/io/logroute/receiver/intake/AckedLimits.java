// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.wire.WireLimits;

/**
 * What agents may make the receiver hold. What is granted to all sessions together never exceeds
 * the budget: a session gets a small part of what is left, within the protocol's least and the
 * largest window, so that windows become smaller the more agents there are, and at last none is
 * left.
 *
 * @param connections at a time, those without a session included
 * @param sessions at a time
 * @param streams open in one session
 * @param allStreams open in all sessions together
 * @param windowBytes the largest window
 * @param budgetBytes all windows together
 */
record AckedLimits(
    int connections,
    int sessions,
    int streams,
    int allStreams,
    long windowBytes,
    long budgetBytes) {

  private static final long MAX_WINDOW_BYTES = 4L << 20;

  private static final int SHARE = 256;
  private static final int SESSIONS = 4096;

  /** A node may begin anew before its last connection is known to be gone. */
  private static final int CONNECTIONS = 2 * SESSIONS;

  private static final int ALL_STREAMS = 262_144;

  /** Three eighths of the memory may wait for the disk. */
  static AckedLimits ofMemory(long heapBytes) {
    return new AckedLimits(
        CONNECTIONS,
        SESSIONS,
        WireLimits.USUAL_OPEN_STREAMS,
        ALL_STREAMS,
        MAX_WINDOW_BYTES,
        heapBytes / 8 * 3);
  }

  /** What may wait to be read, of all agents together. */
  long unreadBytes() {
    return budgetBytes / 3;
  }

  /** What may be announced and not sent whole: all windows, though nobody may have one yet. */
  long arrivingBytes() {
    return budgetBytes;
  }

  /** The window of one more session; 0 when there is no room for one. */
  long window(long grantedBytes) {
    long leftBytes = budgetBytes - grantedBytes;
    return leftBytes < WireLimits.MIN_WINDOW_BYTES
        ? 0
        : Math.min(windowBytes, Math.max(WireLimits.MIN_WINDOW_BYTES, leftBytes / SHARE));
  }

  /** Whether it is time to find out which sessions nobody needs any more. */
  boolean isTight(int sessionCount, long grantedBytes) {
    return sessionCount >= sessions || budgetBytes - grantedBytes < budgetBytes / 4;
  }
}
