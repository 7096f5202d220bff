// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of one run. */
final class DemoFolder {

  private DemoFolder() {}

  /**
   * A folder that is there and has nothing in it.
   *
   * @param asked null: a temporary one
   */
  static Path open(@Nullable Path asked) throws UnusableFolderException {
    try {
      return asked == null
          ? Files.createTempDirectory("logroute-demo-")
          : empty(Files.createDirectories(asked).toAbsolutePath());
    } catch (IOException e) {
      throw new UnusableFolderException(
          "cannot make %s for the demo: name a folder that can be written with --dir"
              .formatted(asked == null ? "a temporary folder" : asked));
    }
  }

  private static Path empty(Path folder) throws IOException, UnusableFolderException {
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new UnusableFolderException(
            "%s is not empty, and the demo needs a folder of its own: name another with --dir"
                .formatted(folder));
      }
    }
    return folder;
  }

  /** Deletes a folder with all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
