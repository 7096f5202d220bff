// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a generation is known by, besides its inode: a hash of its first record. The time stamp that
 * starts a record makes it unique, and a compressed copy has the same one.
 */
final class HeadHash {

  /** The answer while the first record is not complete. */
  static final long UNKNOWN = 0;

  /** As many bytes of the first record as count. */
  static final int MAX_BYTES = 256;

  private HeadHash() {}

  /** The hash of the first record in the first {@code length} bytes of a file. */
  static long of(byte[] head, int length) {
    int end = 0;
    while (end < length && head[end] != '\n') {
      end++;
    }
    if (end == length && length < MAX_BYTES) {
      return UNKNOWN;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(head, 0, end);
      long hash = ByteBuffer.wrap(digest.digest()).getLong();
      return hash == UNKNOWN ? 1 : hash;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
