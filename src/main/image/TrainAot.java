// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * The training run of the AOT caches of agent and receiver (JEP 483, 514, 515): an agent works on files as a kubelet
 * writes them, once over each kind of socket, a receiver takes them and is asked for its metrics and for lines. What they
 * loaded and what was hot is left in {@code OUT/agent.aot} and {@code OUT/receive.aot}. Then each is started with its
 * cache and {@code -XX:AOTMode=on}, which refuses a cache that does not fit: a build with a useless cache fails. The
 * other commands have none, and the image has the agent's alone: a cache takes 30 MB.
 *
 * <p>{@code TrainAot JAVA JVM_FLAGS_FOLDER AGENT_CLASS_PATH RECEIVER_CLASS_PATH OUT}. A cache serves the same JVM with the
 * same flags and class path, in the same order, in whatever folder.
 */
final class TrainAot {

  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final int LINES = 40_000;
  private static final int CONTAINERS = 6;

  private final String java;
  private final Path flags;
  private final String agentClassPath;
  private final String receiverClassPath;
  private final Path agentCache;
  private final Path receiverCache;
  private final Path work;
  private final List<Process> started = new ArrayList<>();

  private TrainAot(String java, Path flags, String agentClassPath, String receiverClassPath, Path out)
      throws IOException {
    this.java = java;
    this.flags = flags;
    this.agentClassPath = agentClassPath;
    this.receiverClassPath = receiverClassPath;
    this.agentCache = out.resolve("agent.aot");
    this.receiverCache = out.resolve("receive.aot");
    this.work = Files.createTempDirectory("logroute-training");
  }

  public static void main(String[] args) throws Exception {
    TrainAot training = new TrainAot(args[0], Path.of(args[1]), args[2], args[3], Path.of(args[4]));
    try {
      training.run();
    } finally {
      training.clear();
    }
  }

  private void run() throws Exception {
    Files.createDirectories(agentCache.toAbsolutePath().getParent());
    Path receiverLog = work.resolve("receive.log");
    Process receiver = start("receive", receiverLog, List.of("-XX:AOTCacheOutput=" + receiverCache), receiverOptions());
    List<String> addresses = new ArrayList<>();
    for (String kind : List.of("sub", "pull", "acked")) {
      addresses.add(await(receiverLog, receiver, "receiving on (tcp://\\S+) \\(" + kind + "\\)"));
    }
    String http = await(receiverLog, receiver, "metrics and health on (http://\\S+?)/\n");
    writePods();
    Path routes = Files.writeString(work.resolve("routes.yaml"), table(addresses));
    Path agentLog = work.resolve("agent.log");
    Process agent = start("agent", agentLog, List.of("-XX:AOTCacheOutput=" + agentCache), agentOptions(routes));
    String port = await(agentLog, agent, "serves metrics on port (\\d+)");
    awaitLines(agent, port);
    ask(http);
    end(agent, agentCache);
    end(receiver, receiverCache);
    check("agent", agentCache, agentOptions(routes), "(serves metrics on port)");
    check("receive", receiverCache, receiverOptions(), "(lines are kept in)");
  }

  private List<String> receiverOptions() {
    String any = "tcp://127.0.0.1:*";
    return List.of(
        "--bind-sub", any, "--bind-pull", any, "--bind-acked", any, "--http", "127.0.0.1:0", "--data-dir",
        work.resolve("data").toString());
  }

  private List<String> agentOptions(Path routes) {
    return List.of(
        "--routes", routes.toString(), "--pods-dir", work.resolve("pods").toString(), "--containers-dir",
        work.resolve("containers").toString(), "--state-dir", work.resolve("state").toString(), "--http",
        "127.0.0.1:0");
  }

  private Process start(String command, Path log, List<String> jvmOptions, List<String> options) throws IOException {
    List<String> line = new ArrayList<>(List.of(java, "@" + flags.resolve(command)));
    line.addAll(jvmOptions);
    String classPath = command.equals("agent") ? agentClassPath : receiverClassPath;
    line.addAll(List.of("-cp", classPath, "io.logroute.cli.Main", command));
    line.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LOGROUTE_") || name.equals("JAVA_TOOL_OPTIONS"));
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static String await(Path log, Process process, String pattern) throws Exception {
    long endNanos = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < endNanos) {
      String text = Files.readString(log);
      Matcher found = Pattern.compile(pattern).matcher(text);
      if (found.find()) {
        return found.group(1);
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("training ended early: " + text);
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("training took too long: " + Files.readString(log));
  }

  private void awaitLines(Process agent, String port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      HttpRequest containers =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/debug/containers")).build();
      long endNanos = System.nanoTime() + LIMIT.toNanos();
      for (double sent = 0; sent < 3L * LINES * CONTAINERS; sent = sent(client, metrics)) {
        if (System.nanoTime() > endNanos || !agent.isAlive()) {
          throw new IllegalStateException(
              "training sent " + sent + " lines: " + Files.readString(work.resolve("agent.log")));
        }
        client.send(containers, HttpResponse.BodyHandlers.ofString());
        Thread.sleep(100);
      }
    }
  }

  private static double sent(HttpClient client, HttpRequest metrics) throws Exception {
    String text = client.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    Matcher sent = Pattern.compile("logroute_agent_sent_lines_total\\{.*} (\\S+)").matcher(text);
    return sent.results().mapToDouble(r -> Double.parseDouble(r.group(1))).sum();
  }

  /** What people, pages and Prometheus ask of a receiver. */
  private static void ask(String http) throws Exception {
    String service = http + "/api/v1/tenants/t/services/s/";
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String address :
          List.of(
              http + "/metrics",
              http + "/api/v1/tenants",
              service + "logs?since=2025-12-31T00:00:00Z&until=2026-01-02T00:00:00Z&limit=10000",
              service + "logs?since=2025-12-31T00:00:00Z&until=2026-01-02T00:00:00Z&contains=no%20such%20text",
              service + "histogram?since=2025-12-31T00:00:00Z&until=2026-01-02T00:00:00Z&spans=60")) {
        HttpResponse<String> answer =
            client.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          throw new IllegalStateException(address + " answered " + answer.statusCode() + ": " + answer.body());
        }
      }
    }
  }

  /** The cache is made by a process that the training's own starts at its end, and may outlive it. */
  private static void end(Process process, Path cache) throws Exception {
    long endNanos = System.nanoTime() + LIMIT.toNanos();
    process.destroy();
    boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    long bytes = -1;
    while (ended && (bytes <= 0 || Files.size(cache) > bytes)) {
      if (System.nanoTime() > endNanos) {
        throw new IllegalStateException("the training left no " + cache);
      }
      bytes = Files.exists(cache) ? Files.size(cache) : -1;
      Thread.sleep(1_000);
    }
    if (!ended) {
      throw new IllegalStateException("the training did not end when told to");
    }
  }

  private void check(String command, Path cache, List<String> options, String sentence) throws Exception {
    Path log = work.resolve("check-" + command + ".log");
    Process process = start(command, log, List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache), options);
    await(log, process, sentence);
    process.destroy();
    process.waitFor();
  }

  private void writePods() throws IOException {
    Files.createDirectories(work.resolve("containers"));
    for (int i = 0; i < CONTAINERS; i++) {
      String uid = "%08x-5f0f-4b1a-9f0e-2f2a0c7f3a11".formatted(i);
      Path folder = Files.createDirectories(work.resolve("pods/train_web-" + i + "_" + uid + "/app"));
      Path log = folder.resolve("0.log");
      write(Files.newOutputStream(log), i, LINES / 2, LINES / 2);
      write(new GZIPOutputStream(Files.newOutputStream(folder.resolve("0.log.20260101-000000.gz"))), i, 0, LINES / 2);
      String id = "%064x".formatted(i + 1);
      Files.createSymbolicLink(work.resolve("containers/web-" + i + "_train_app-" + id + ".log"), log);
    }
  }

  private static void write(OutputStream stream, int pod, int from, int lines) throws IOException {
    StringBuilder text = new StringBuilder(lines * 200);
    for (int i = from; i < from + lines; i++) {
      text.append("2026-01-01T00:%02d:%02d.%09dZ ".formatted(i / 1000 / 60 % 60, i / 1000 % 60, i % 1000 * 1_000_000 + pod));
      text.append(i % 10 == 0 ? "stderr F " : "stdout F ");
      text.append("line ").append(i).append(" of some length: ").repeat('x', i % 200).append('\n');
    }
    try (stream) {
      stream.write(text.toString().getBytes());
    }
  }

  private static String table(List<String> addresses) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: training}
        spec:
          endpoints:
          - {name: pub, addresses: ['%s'], delivery: AtMostOnce, socket: PUB}
          - {name: push, addresses: ['%s'], delivery: AtMostOnce, socket: PUSH}
          - {name: acked, addresses: ['%s'], delivery: AtLeastOnce}
          routes:
          - {name: train/pub, driver: zmq, endpoint: pub}
          - {name: train/push, driver: zmq, endpoint: push}
          - {name: train/acked, driver: zmq, endpoint: acked}
          pods:
          - namespace: '*'
            name: '*'
            containers:
            - name: '*'
              routes:
              - {route: train/pub, tenantId: t, serviceId: s}
              - {route: train/push, tenantId: t, serviceId: s}
              - {route: train/acked, tenantId: t, serviceId: s}
        """
        .formatted(addresses.get(0), addresses.get(1), addresses.get(2));
  }

  private void clear() throws IOException {
    started.forEach(Process::destroyForcibly);
    try (Stream<Path> tree = Files.walk(work)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
