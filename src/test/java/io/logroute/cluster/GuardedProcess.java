// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that never outlives the JVM, however that ends: a small shell waits for the end of a
 * pipe that the JVM holds open, then kills the process by its id. Output is appended to a file.
 */
public final class GuardedProcess implements AutoCloseable {

  private final Process process;
  private final Process guard;
  private final Path log;

  private GuardedProcess(Process process, Process guard, Path log) {
    this.process = process;
    this.guard = guard;
    this.log = log;
  }

  /**
   * Starts a process.
   *
   * @param environment what to add to the JVM's own
   * @param log takes standard output and standard error, appended
   */
  public static GuardedProcess start(
      List<String> command, Map<String, String> environment, Path log) {
    try {
      Files.createDirectories(log.getParent());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      Process process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      Process guard =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "trap '' INT TERM; cat >/dev/null; kill -KILL " + process.pid() + " 2>/dev/null")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new GuardedProcess(process, guard, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Where the output is. */
  public Path log() {
    return log;
  }

  /**
   * SIGTERM, and SIGKILL when that was not enough.
   *
   * @return the exit code
   */
  public int terminate(Duration grace) {
    process.destroy();
    try {
      if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        return kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return kill();
    }
    dismissGuard();
    return process.exitValue();
  }

  /**
   * SIGKILL.
   *
   * @return the exit code
   */
  public int kill() {
    process.destroyForcibly();
    int exitCode = process.onExit().join().exitValue();
    dismissGuard();
    return exitCode;
  }

  /** Waits for the process to end by itself. */
  public int waitFor(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("still running after " + atMost + ", see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a process", e);
    }
    dismissGuard();
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }

  private void dismissGuard() {
    guard.destroyForcibly();
  }
}
