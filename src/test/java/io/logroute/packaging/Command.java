// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a program gave that was run to its end.
 *
 * @param out standard output and standard error as they came
 */
record Command(int exitCode, String out) {

  /** Runs a program in the root of the checkout. */
  static Command run(String... command) {
    return run(List.of(command));
  }

  /** Runs a program in the root of the checkout. */
  static Command run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(Checkout.ROOT.toFile())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.onExit().join().exitValue(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The output, when the program ended with 0. */
  String outOrFail() {
    if (exitCode != 0) {
      throw new IllegalStateException("ended with " + exitCode + ": " + out);
    }
    return out;
  }
}
