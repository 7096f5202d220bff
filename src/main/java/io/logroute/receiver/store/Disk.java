// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.Set;

/** Brings files and folders to the disk by their names. */
final class Disk {

  private Disk() {}

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
