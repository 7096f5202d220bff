// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

/** Bytes that are used again for each block. Used by one thread. */
final class Buffer {

  private byte[] bytes = new byte[0];

  /** At least so many bytes, with anything in them; what was given before is not valid any more. */
  byte[] of(int length) {
    if (bytes.length < length) {
      bytes = new byte[Math.max(length, 2 * bytes.length)];
    }
    return bytes;
  }
}
