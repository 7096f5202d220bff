// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.cluster.GuardedProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code logroute agent} as a process of its own, on a port of its choosing. */
public final class AgentProcess implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(90);
  private static final Pattern PORT = Pattern.compile("serves metrics on port (\\d+)");
  private static final JsonMapper JSON = new JsonMapper();

  private final GuardedProcess process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final int logStart;
  private final String http;

  private AgentProcess(GuardedProcess process, int logStart) {
    this.process = process;
    this.logStart = logStart;
    await("the agent's start, see " + process.log())
        .atMost(GRACE)
        .until(() -> PORT.matcher(log()).find() || !process.isAlive());
    Matcher port = PORT.matcher(log());
    if (!port.find()) {
      throw new AssertionError("the agent did not start: " + log());
    }
    this.http = "http://127.0.0.1:" + port.group(1);
  }

  /** Starts an agent and waits until it is ready. */
  public static AgentProcess start(NodeFolders node, String... options) {
    AgentProcess agent = launch(node, options);
    await("readiness").atMost(GRACE).until(() -> agent.get("/readyz").statusCode() == 200);
    return agent;
  }

  /** Starts an agent and waits until it serves its pages. */
  static AgentProcess launch(NodeFolders node, String... options) {
    return launch(node, command -> command, options);
  }

  /** The same with what stands before the command, or in it, changed. */
  static AgentProcess launch(
      NodeFolders node, UnaryOperator<List<String>> changed, String... options) {
    Path log = node.root().resolve("agent.log");
    int logStart = text(log).length();
    List<String> command =
        command(
            "agent",
            "--routes",
            node.routes().toString(),
            "--pods-dir",
            node.pods().toString(),
            "--containers-dir",
            node.containers().toString(),
            "--state-dir",
            node.state().toString(),
            "--http",
            "127.0.0.1:0");
    command.addAll(List.of(options));
    return new AgentProcess(GuardedProcess.start(changed.apply(command), Map.of(), log), logStart);
  }

  /** The program as it is installed on a node: without the operator's libraries. */
  static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx128m",
                "-cp",
                classPath(),
                "io.logroute.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The class path of the program as it is installed on a node. */
  public static String classPath() {
    try {
      Path classes =
          Path.of(Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path libraries = classes.resolveSibling("lib");
      return Files.isDirectory(libraries)
          ? classes + File.pathSeparator + libraries + "/*"
          : System.getProperty("java.class.path");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What this process has said so far. */
  public String log() {
    return text(process.log()).substring(logStart);
  }

  /** How many lines of the log contain a text. */
  public long logged(String part) {
    return log().lines().filter(line -> line.contains(part)).count();
  }

  /** The sum of a metric over those label values that contain all the parts. */
  public double metric(String name, String... parts) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> List.of(parts).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The page {@code /debug/containers}. */
  public JsonNode containers() {
    try {
      return JSON.readTree(get("/debug/containers").body()).get("containers");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the page {@code /debug/containers} says of losses. */
  public JsonNode losses() {
    try {
      return JSON.readTree(get("/debug/containers").body()).get("losses");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpResponse<String> get(String path) {
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

  public long pid() {
    return process.pid();
  }

  /** SIGTERM; the exit code. */
  public int terminate() {
    return process.terminate(GRACE);
  }

  /** SIGKILL. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }
}
