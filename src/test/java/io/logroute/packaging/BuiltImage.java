// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.logroute.cli.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;

/**
 * The image as {@code -Pimage} builds it from the build's jar, once for all tests: an archive that
 * is newer than all that it is made of is taken as it is.
 */
final class BuiltImage {

  private static final Path TARGET = Checkout.ROOT.resolve("target");
  private static final Path ARCHIVE = TARGET.resolve("logroute-image.tar");

  private BuiltImage() {}

  /** The docker-archive; the test is skipped where there is no jar to make it of. */
  static synchronized Path archive() {
    Path jar = TARGET.resolve("logroute-" + Version.current() + ".jar");
    assumeTrue(Files.exists(jar), "the image is made of target/" + jar.getFileName());
    if (!Files.exists(ARCHIVE) || newestSource(jar).compareTo(modified(ARCHIVE)) > 0) {
      Command.run(
              "env",
              "JAVA_HOME=" + System.getProperty("java.home"),
              "sh",
              "src/main/image/build.sh",
              TARGET.toString(),
              jar.getFileName().toString(),
              Version.current(),
              "2026-11-22T00:00:00Z")
          .outOrFail();
    }
    return ARCHIVE;
  }

  private static FileTime newestSource(Path jar) {
    try (Stream<Path> image = Files.walk(Checkout.ROOT.resolve("src/main/image"));
        Stream<Path> jvm = Files.walk(Checkout.ROOT.resolve("src/main/jvm"))) {
      return Stream.concat(Stream.of(jar), Stream.concat(image, jvm))
          .map(BuiltImage::modified)
          .max(FileTime::compareTo)
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
