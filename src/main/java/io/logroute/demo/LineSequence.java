// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.util.Arrays;

/**
 * Lines in their order, each known by a 64-bit hash of its bytes (FNV-1a): enough to compare
 * millions of lines without keeping them. Used by one thread at a time.
 */
final class LineSequence {

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private long[] hashes = new long[64];
  private int size;

  void add(byte[] line) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    hashes[size++] = hash(line);
  }

  private static long hash(byte[] line) {
    long hash = OFFSET;
    for (byte b : line) {
      hash = (hash ^ (b & 0xff)) * PRIME;
    }
    return hash;
  }

  int size() {
    return size;
  }

  /** The hash of the line at an index counted from 0. */
  long at(int index) {
    return hashes[index];
  }

  /** Whether both have the same lines in the same order. */
  boolean sameAs(LineSequence other) {
    return Arrays.equals(hashes, 0, size, other.hashes, 0, other.size);
  }
}
