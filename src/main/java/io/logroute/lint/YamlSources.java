// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The texts that a command line names: files as they are; of folders every {@code .yaml}, {@code
 * .yml} and {@code .json} below, sorted, hidden folders left out and links not followed; {@code -}
 * for standard input.
 */
final class YamlSources {

  /** A text by name, read when it is wanted. */
  record Source(String name, Reading reading) {}

  /** Reads the whole of a text. */
  @FunctionalInterface
  interface Reading {
    byte[] bytes() throws IOException;
  }

  static final String STANDARD_INPUT = "-";

  private static final int MAX_BYTES = 64 << 20;
  private static final Set<String> EXTENSIONS = Set.of("yaml", "yml", "json");

  private YamlSources() {}

  static List<Source> of(List<String> paths, InputStream standardInput) {
    List<Source> sources = new ArrayList<>();
    for (String path : paths) {
      if (path.equals(STANDARD_INPUT)) {
        sources.add(new Source("<stdin>", () -> bounded(standardInput)));
      } else {
        sources.addAll(at(path));
      }
    }
    return sources;
  }

  private static List<Source> at(String name) {
    try {
      Path path = Path.of(name);
      return Files.isDirectory(path) ? below(path) : List.of(file(path));
    } catch (InvalidPathException e) {
      return List.of(
          unreadable(name, new IOException("no file has such a name: " + e.getReason())));
    }
  }

  /** Why a text could not be read, for a user. */
  static String cause(IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> "no such file or folder";
      case AccessDeniedException denied -> "no right to read it";
      default -> String.valueOf(e.getMessage());
    };
  }

  private static Source file(Path path) {
    return new Source(
        path.toString(),
        () -> {
          try (InputStream in = Files.newInputStream(path)) {
            return bounded(in);
          }
        });
  }

  private static Source unreadable(String name, IOException cause) {
    return new Source(
        name,
        () -> {
          throw cause;
        });
  }

  private static byte[] bounded(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new IOException("it is larger than 64 MiB");
    }
    return bytes;
  }

  private static List<Source> below(Path folder) {
    List<Source> sources = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return !path.equals(folder) && isHidden(path)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              if (Files.isRegularFile(path) && EXTENSIONS.contains(extension(path))) {
                sources.add(file(path));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException cause) {
              sources.add(unreadable(path.toString(), cause));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      sources.add(unreadable(folder.toString(), e));
    }
    sources.sort(Comparator.comparing(Source::name));
    return sources;
  }

  private static boolean isHidden(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(".") && name.toString().length() > 1;
  }

  private static String extension(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
