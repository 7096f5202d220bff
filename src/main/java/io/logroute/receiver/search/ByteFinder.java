// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import java.util.Arrays;

/** Finds bytes among bytes, by Horspool's way: it skips as far as the last byte allows. */
final class ByteFinder {

  private final byte[] wanted;
  private final int[] skips = new int[256];

  /**
   * @param wanted at least one byte
   */
  ByteFinder(byte[] wanted) {
    this.wanted = wanted.clone();
    Arrays.fill(skips, wanted.length);
    for (int i = 0; i < wanted.length - 1; i++) {
      skips[wanted[i] & 0xff] = wanted.length - 1 - i;
    }
  }

  /** Where they first stand wholly between {@code from} and {@code to}; -1: nowhere. */
  int find(byte[] bytes, int from, int to) {
    int last = wanted.length - 1;
    int half = last / 2;
    byte end = wanted[last];
    byte first = wanted[0];
    byte middle = wanted[last - half];
    int at = from + last;
    while (at < to) {
      byte b = bytes[at];
      if (b == end
          && bytes[at - last] == first
          && bytes[at - half] == middle
          && Arrays.equals(bytes, at - last, at, wanted, 0, last)) {
        return at - last;
      }
      at += skips[b & 0xff];
    }
    return -1;
  }
}
