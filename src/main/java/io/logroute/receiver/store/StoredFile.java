// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A file of the store as it was seen on the disk.
 *
 * @param sizeBytes its length
 * @param lastWritten when its last line was written; a compressed file keeps that time
 */
record StoredFile(Path path, StoredName name, long sizeBytes, Instant lastWritten) {

  private static final long BLOCK_BYTES = 4096;

  /** What it takes on the disk: small files are not free. */
  long diskBytes() {
    return Math.ceilDiv(Math.max(1, sizeBytes), BLOCK_BYTES) * BLOCK_BYTES;
  }

  /** The path that all files of one stream share. */
  Path base() {
    return path.resolveSibling(name.base());
  }

  Path in(StoredName.Form form) {
    return path.resolveSibling(name.in(form).toString());
  }
}
