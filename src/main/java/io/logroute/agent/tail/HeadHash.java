// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What a generation is known by, besides its inode: a hash of its first record. The time stamp that
 * starts a record makes it unique, and a compressed copy has the same one.
 */
final class HeadHash {

  /** The answer while the first record is not complete. */
  static final long UNKNOWN = 0;

  /** As many bytes of the first record as count. */
  static final int MAX_BYTES = 256;

  /** What {@link #recordIn} answers while there is none. */
  static final byte[] NO_RECORD = {};

  private HeadHash() {}

  /**
   * The first record in the first {@code length} bytes of a file, as far as it counts, its line
   * feed included; empty while it is not complete.
   */
  static byte[] recordIn(byte[] bytes, int length) {
    int end = 0;
    while (end < length && bytes[end] != '\n') {
      end++;
    }
    if (end < length) {
      return Arrays.copyOf(bytes, end + 1);
    }
    return length < MAX_BYTES ? NO_RECORD : Arrays.copyOf(bytes, length);
  }

  /** The hash of a first record, its line feed left out. */
  static long of(byte[] record) {
    if (record.length == 0) {
      return UNKNOWN;
    }
    int end = record[record.length - 1] == '\n' ? record.length - 1 : record.length;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(record, 0, end);
      long hash = ByteBuffer.wrap(digest.digest()).getLong();
      return hash == UNKNOWN ? 1 : hash;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
