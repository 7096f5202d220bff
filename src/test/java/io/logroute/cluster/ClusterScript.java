// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a script of {@code src/test/cluster} and takes the one line that it prints. */
public final class ClusterScript {

  /** The root of the checkout: failsafe says it, an IDE starts there. */
  public static final Path CHECKOUT =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir"))).toAbsolutePath();

  private ClusterScript() {}

  /** A program that a script has built, and whose folder it prints. */
  public static Path programOf(String script, String name) {
    Path program = Path.of(lineOf(script, "--print-folder")).resolve(name);
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          program + " is missing: build it with src/test/cluster/" + script);
    }
    return program;
  }

  static String lineOf(String script, String argument) {
    Path file = CHECKOUT.resolve("src/test/cluster").resolve(script);
    try {
      Process process =
          new ProcessBuilder("sh", file.toString(), argument)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(file + " ended with " + exitCode + ", see its message");
      }
      return out.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + file + " was running", e);
    }
  }
}
