// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A {@code logroute} command as a process of its own, with the class path that the launcher gives
 * it: the agent has no Kubernetes client on it.
 */
public final class LogRouteProcess implements AutoCloseable {

  private static final Path TARGET = ClusterScript.CHECKOUT.resolve("target");
  private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

  private final GuardedProcess process;
  private final int httpPort;

  private LogRouteProcess(GuardedProcess process, int httpPort) {
    this.process = process;
    this.httpPort = httpPort;
  }

  /**
   * Starts a command that serves health, and returns at once.
   *
   * @param log takes standard output and standard error, appended
   */
  public static LogRouteProcess start(Path log, String command, String... arguments) {
    return start(log, Map.of(), command, arguments);
  }

  /** The same with variables added to the environment. */
  public static LogRouteProcess start(
      Path log, Map<String, String> environment, String command, String... arguments) {
    int httpPort = FreePort.next();
    List<String> line =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(command),
                "io.logroute.cli.Main",
                command,
                "--http",
                "127.0.0.1:" + httpPort));
    line.addAll(List.of(arguments));
    return new LogRouteProcess(GuardedProcess.start(line, environment, log), httpPort);
  }

  /** HOST:PORT of its metrics and health. */
  public String http() {
    return "127.0.0.1:" + httpPort;
  }

  /** Waits until {@code /readyz} says yes. */
  public LogRouteProcess awaitReady() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      Awaitility.await("readiness, see " + process.log())
          .atMost(START_TIMEOUT)
          .pollInterval(Duration.ofMillis(100))
          .failFast("it ended, see " + process.log(), () -> !process.isAlive())
          .until(() -> status(http, "/readyz") == 200);
    }
    return this;
  }

  /** What a path answers; empty while nothing does. */
  public String get(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException notYet) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The lines of the log so far, those of all runs with the same log file. */
  public List<String> log() {
    try (Stream<String> lines = Files.lines(process.log())) {
      return lines.toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** SIGTERM, and the exit code. */
  public int terminate() {
    return process.terminate(Duration.ofSeconds(20));
  }

  /** SIGKILL. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }

  private int status(HttpClient http, String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path)).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException notYet) {
      return 0;
    }
  }

  private static String classPath(String command) {
    String agent = TARGET.resolve("classes") + ":" + TARGET.resolve("lib") + "/*";
    return switch (command) {
      case "agent", "receive" -> agent;
      default -> agent + ":" + TARGET.resolve("lib-operator") + "/*";
    };
  }
}
