// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import static org.awaitility.Awaitility.await;

import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code logroute receive} as a process of its own, on ports of its choosing. */
public final class ReceiverProcess implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(30);

  private final GuardedProcess process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String sub;
  private final String pull;
  private final String acked;
  private final String http;

  private ReceiverProcess(GuardedProcess process, String log) {
    this.process = process;
    this.sub = found(log, "receiving on (tcp://\\S+) \\(sub\\)").orElse("");
    this.pull = found(log, "receiving on (tcp://\\S+) \\(pull\\)").orElse("");
    this.acked = first(log, "receiving on (tcp://\\S+) \\(acked\\)");
    this.http = first(log, "metrics and health on (http://\\S+)/");
  }

  /** Starts a receiver with every socket, and waits until it listens. */
  public static ReceiverProcess start(Path dataDir, Path log, String... options) {
    return start(List.of(), dataDir, log, options);
  }

  /** The same with more flags of its JVM. */
  public static ReceiverProcess start(
      List<String> flags, Path dataDir, Path log, String... options) {
    List<String> jvm =
        new ArrayList<>(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
    jvm.addAll(flags);
    List<String> more =
        new ArrayList<>(
            List.of("--bind-sub", "tcp://127.0.0.1:*", "--bind-pull", "tcp://127.0.0.1:0"));
    more.addAll(List.of(options));
    return launch(jvm, dataDir, log, more);
  }

  /** A receiver of acknowledged lines alone. */
  public static ReceiverProcess startAcked(Path dataDir, Path log, String... options) {
    return launch(List.of("-XX:+UseSerialGC"), dataDir, log, List.of(options));
  }

  private static ReceiverProcess launch(
      List<String> jvm, Path dataDir, Path log, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.logroute.cli.Main",
            "receive",
            "--bind-acked",
            "tcp://127.0.0.1:0",
            "--http",
            "127.0.0.1:0",
            "--data-dir",
            dataDir.toString()));
    command.addAll(options);
    GuardedProcess process = GuardedProcess.start(command, Map.of(), log);
    await("the start, see " + log)
        .atMost(GRACE)
        .until(() -> text(log).contains("lines are kept in") || !process.isAlive());
    return new ReceiverProcess(process, text(log));
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String first(String text, String pattern) {
    return found(text, pattern)
        .orElseThrow(() -> new AssertionError("the receiver did not start: " + text));
  }

  private static Optional<String> found(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Where agents with a socket of this kind, {@code pub} or {@code push}, connect. */
  public String address(String peer) {
    return peer.equals("pub") ? sub : pull;
  }

  /** The port for agents that wait for acknowledgements. */
  public int ackedPort() {
    return URI.create(acked).getPort();
  }

  /** Where it is asked over HTTP. */
  public URI uri() {
    return URI.create(http);
  }

  public long pid() {
    return process.pid();
  }

  public String log() {
    return text(process.log());
  }

  /** The value of a metric, labels included in its name; 0 when it is not there. */
  public double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  public HttpResponse<String> get(String path) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(http + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public int terminate() {
    return process.terminate(GRACE);
  }

  public int kill() {
    return process.kill();
  }

  @Override
  public void close() {
    process.close();
  }
}
