// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that the store has on the disk, in no particular order. Foreign files are left out, as
 * is what vanished meanwhile.
 *
 * @param files with lines
 * @param lists of blocks
 */
record StoreScan(List<StoredFile> files, List<BlocksFile> lists) {

  /**
   * A list of blocks.
   *
   * @param of the plain file that it belongs to
   * @param lastWritten when something was added to it
   */
  record BlocksFile(Path path, Path of, Instant lastWritten) {}

  /** Looks at everything under a folder. */
  static StoreScan of(Path root) throws IOException {
    StoreScan found = new StoreScan(new ArrayList<>(), new ArrayList<>());
    Files.walkFileTree(root, new Visitor(root, found));
    return found;
  }

  /** Lists whose file is gone, and was not just renamed. */
  List<BlocksFile> orphans(Instant before) {
    Set<Path> plain = new HashSet<>();
    files.forEach(file -> plain.add(file.path()));
    return lists.stream()
        .filter(list -> !plain.contains(list.of()) && list.lastWritten().isBefore(before))
        .toList();
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path own;
    private final StoreScan found;

    Visitor(Path root, StoreScan found) {
      this.own = root.resolve(DataFolder.OWN);
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return folder.equals(own) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile()) {
        Instant lastWritten = attributes.lastModifiedTime().toInstant();
        StoredName.parse(file)
            .map(name -> new StoredFile(file, name, attributes.size(), lastWritten))
            .ifPresent(found.files::add);
        BlockIndex.dataOf(file)
            .map(of -> new BlocksFile(file, of, lastWritten))
            .ifPresent(found.lists::add);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
