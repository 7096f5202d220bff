// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Writes, and brings files and folders to the disk. */
final class Disk {

  /** The JDK keeps memory of the size of the largest write for each thread. */
  private static final int WRITE_BYTES = 256 * 1024;

  private Disk() {}

  /**
   * Writes buffers to a place, one behind the other.
   *
   * @return behind the last byte
   */
  static long write(FileChannel file, List<ByteBuffer> buffers, long position) throws IOException {
    long at = position;
    for (ByteBuffer buffer : buffers) {
      int limit = buffer.limit();
      while (buffer.position() < limit) {
        buffer.limit(Math.min(limit, buffer.position() + WRITE_BYTES));
        at += file.write(buffer, at);
      }
    }
    return at;
  }

  /** Forces each, and takes it out of the set when that is done. */
  static void forceAll(Set<Path> paths) throws IOException {
    for (Iterator<Path> each = paths.iterator(); each.hasNext(); each.remove()) {
      force(each.next());
    }
  }

  /**
   * Reaches what an earlier, closed handle of the same file has written too; of a folder, the names
   * in it. What is gone is left out.
   */
  static void force(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      file.force(true);
    } catch (NoSuchFileException e) {
      return;
    }
  }
}
