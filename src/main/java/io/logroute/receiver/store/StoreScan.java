// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything that the store has on the disk. Foreign files are left out. */
final class StoreScan {

  private StoreScan() {}

  /** All files under a folder, in no particular order; one that vanishes meanwhile is left out. */
  static List<StoredFile> of(Path root) throws IOException {
    List<StoredFile> found = new ArrayList<>();
    Files.walkFileTree(root, new Visitor(root, found));
    return found;
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path own;
    private final List<StoredFile> found;

    Visitor(Path root, List<StoredFile> found) {
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
        StoredName.parse(file)
            .map(
                name ->
                    new StoredFile(
                        file, name, attributes.size(), attributes.lastModifiedTime().toInstant()))
            .ifPresent(found::add);
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
