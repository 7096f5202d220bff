// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.wire.WireLimits;

/**
 * What agents may make the receiver hold. What is granted to all sessions together never exceeds
 * the budget: a session gets an eighth of what is left, no more than the largest window, and is
 * refused when that is too little.
 *
 * @param sessions at a time
 * @param streams open in one session
 * @param allStreams open in all sessions together
 * @param windowBytes the largest window
 * @param budgetBytes all windows together
 */
record AckedLimits(int sessions, int streams, int allStreams, long windowBytes, long budgetBytes) {

  private static final long MAX_WINDOW_BYTES = 4L << 20;

  static final int SESSIONS = 4096;
  private static final int ALL_STREAMS = 262_144;

  /** A quarter of the memory may wait for the disk. */
  static AckedLimits ofMemory(long heapBytes) {
    return new AckedLimits(
        SESSIONS, WireLimits.USUAL_OPEN_STREAMS, ALL_STREAMS, MAX_WINDOW_BYTES, heapBytes / 4);
  }

  /** The window of one more session; less than the protocol's least when there is no room. */
  long window(long grantedBytes) {
    return Math.min(windowBytes, (budgetBytes - grantedBytes) / 8);
  }
}
