// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The agent as a process of its own, as on a node. It does not see the terminal's interrupt, since
 * the demo stops it when everything has arrived, and it does not outlive the demo, however that
 * ends: a small shell waits for the end of a pipe that the demo holds open, and then kills it.
 */
final class AgentProcess implements AutoCloseable {

  private static final int SHOWN_LINES = 10;

  private final Process process;
  private final Process guard;
  private final Path log;

  private AgentProcess(Process process, Process guard, Path log) {
    this.process = process;
    this.guard = guard;
    this.log = log;
  }

  /**
   * Starts an agent with this program's own class path.
   *
   * @param log takes all that it says
   * @param options of {@code logroute agent}
   */
  static AgentProcess start(Path log, List<String> options) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(options));
    builder.environment().keySet().removeIf(name -> name.startsWith("LOGROUTE_"));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Process guard =
        new ProcessBuilder(
                "sh",
                "-c",
                "trap '' INT TERM; cat >/dev/null; kill -KILL " + process.pid() + " 2>/dev/null")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new AgentProcess(process, guard, log);
  }

  private static List<String> command(List<String> options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                "trap '' INT; exec \"$@\"",
                "sh",
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-cp",
                System.getProperty("java.class.path"),
                "io.logroute.cli.Main",
                "agent"));
    command.addAll(options);
    return command;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The last lines of what it said. */
  List<String> lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
  }

  /** SIGTERM, and SIGKILL when it has not ended after a while. */
  void stop(Duration grace) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
    guard.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    guard.destroyForcibly();
  }
}
