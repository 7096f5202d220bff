// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the real kubectl, as a user would. */
public final class Kubectl {

  /** What a kubectl call gave. */
  public record Result(int exitCode, String out, String err) {

    /** This, when the call succeeded; else an error with kubectl's own words. */
    public Result orFail() {
      if (exitCode != 0) {
        throw new IllegalStateException("kubectl ended with " + exitCode + ": " + err.strip());
      }
      return this;
    }
  }

  private final Path program;
  private final Path kubeconfig;
  private final Path cache;

  Kubectl(Path program, Path kubeconfig, Path cache) {
    this.program = program;
    this.kubeconfig = kubeconfig;
    this.cache = cache;
  }

  /** Runs {@code kubectl ARGUMENTS…} as the administrator. */
  public Result run(String... arguments) {
    return runWithInput("", arguments);
  }

  /**
   * {@code kubectl apply -f -} with the given YAML. The mark before it is for kubectl 1.30, which
   * takes what starts with a brace for JSON.
   */
  public Result apply(String yaml) {
    return runWithInput("---\n" + yaml, "apply", "-f", "-");
  }

  /** Runs {@code kubectl ARGUMENTS…} with the given standard input. */
  public Result runWithInput(String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--kubeconfig=" + kubeconfig);
    command.add("--cache-dir=" + cache);
    command.addAll(List.of(arguments));
    try {
      Path err = Files.createTempFile("kubectl", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        try (OutputStream in = process.getOutputStream()) {
          in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.onExit().join().exitValue();
        return new Result(exitCode, out, Files.readString(err));
      } finally {
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
