// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for line feeds, eight bytes at a time. */
public final class LineFeeds {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH_ONE = 0x0101010101010101L;
  private static final long EACH_HIGH = 0x8080808080808080L;
  private static final long EACH_LINE_FEED = '\n' * EACH_ONE;

  private LineFeeds() {}

  /** Where the first one stands from {@code from} on; {@code to}: none stands before that. */
  public static int next(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long zeroAtHit = (long) LONGS.get(bytes, at) ^ EACH_LINE_FEED;
      long hits = (zeroAtHit - EACH_ONE) & ~zeroAtHit & EACH_HIGH;
      if (hits != 0) {
        return at + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }
}
