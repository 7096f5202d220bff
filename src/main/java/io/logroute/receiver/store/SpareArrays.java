// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** Arrays that were used once and will be again, as many as there is room for. Of one thread. */
final class SpareArrays {

  private static final int MAX_BYTES = 8 << 20;

  /** A far larger array than wanted is kept for who wants one. */
  private static final int MAX_WASTE = 8;

  private final TreeMap<Integer, Deque<byte[]>> spare = new TreeMap<>();
  private int bytes;

  /** One of at least so many bytes, with anything in it. */
  byte[] take(int least) {
    Map.Entry<Integer, Deque<byte[]>> fitting = spare.ceilingEntry(least);
    if (fitting == null || fitting.getKey() / MAX_WASTE > least) {
      return new byte[least];
    }
    byte[] taken = fitting.getValue().removeLast();
    if (fitting.getValue().isEmpty()) {
      spare.remove(fitting.getKey());
    }
    bytes -= taken.length;
    return taken;
  }

  /** Takes one back; nobody else uses it any more. */
  void give(byte[] array) {
    if (bytes + array.length <= MAX_BYTES) {
      spare.computeIfAbsent(array.length, length -> new ArrayDeque<>()).add(array);
      bytes += array.length;
    }
  }
}
