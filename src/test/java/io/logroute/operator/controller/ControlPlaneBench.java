// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FakeAgents;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The operator as a process on a real API server with fake nodes, pods and agents: time to all
 * tables, writes while nothing changes, and what churn costs, with and without a change that
 * touches every node. {@code src/test/bench/control-plane-bench.sh [--nodes N] [--pods N] [--routes
 * N]}.
 */
public final class ControlPlaneBench {

  private static final String SYSTEM = "logroute-system";
  private static final Path PROFILES = Path.of("target/cluster/profiles");

  private final int nodes;
  private final int pods;
  private final int routes;
  private final int namespaces;
  private final int quietSeconds;
  private final int churnSeconds;
  private final int podsPerSecond;
  private final int profileSeconds;
  private final ControlPlane cluster = ControlPlane.start();
  private final KubernetesClient client = cluster.client();
  private final Map<String, Integer> entries = new ConcurrentHashMap<>();
  private final Map<String, Long> bound = new ConcurrentHashMap<>();
  private final List<Long> latenciesMs = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Long> boundAt = new ConcurrentHashMap<>();
  private final Map<String, Long> seenAt = new ConcurrentHashMap<>();
  private final List<Long> creationsMs = Collections.synchronizedList(new ArrayList<>());
  private final Random random = new Random(1);
  private String metrics = "";
  private MachineMeter meter = new MachineMeter();

  private ControlPlaneBench(Map<String, Integer> options) {
    nodes = options.getOrDefault("--nodes", 1000);
    pods = options.getOrDefault("--pods", 30_000);
    routes = options.getOrDefault("--routes", 1000);
    namespaces = options.getOrDefault("--namespaces", Math.max(1, routes / 5));
    quietSeconds = options.getOrDefault("--quiet", 60);
    churnSeconds = options.getOrDefault("--churn", 60);
    podsPerSecond = options.getOrDefault("--rate", 50);
    profileSeconds = options.getOrDefault("--profile", 0);
  }

  /** Runs with {@code --option value} pairs. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Integer> options = new ConcurrentHashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], Integer.valueOf(arguments[i + 1]));
    }
    new ControlPlaneBench(options).run();
    System.exit(0);
  }

  private void run() throws Exception {
    load();
    Path kubeconfig = operatorsAccount();
    long started = System.nanoTime();
    int port = FreePort.next();
    metrics = "http://127.0.0.1:" + port + "/metrics";
    profile("start");
    Path log = Path.of("target/cluster/control-plane-bench.log");
    Files.deleteIfExists(log);
    try (FakeAgents agents = new FakeAgents(client, this::seen);
        GuardedProcess operator = operator(kubeconfig, port, log)) {
      meter = new MachineMeter();
      awaitTables(operator, log);
      say("time from the operator's start to all %d tables: %d ms", nodes, msSince(started));
      tellMachine("until then");
      say("resident memory then: %d MiB", residentMiB(operator.pid()));
      long settled = settle();
      say(
          "time to a quiet cluster (all statuses written): %d ms",
          TimeUnit.NANOSECONDS.toMillis(settled - started));
      tellMachine("until quiet");
      quiet();
      churn("churn at a fifth of the rate", false, Math.max(1, podsPerSecond / 5));
      churn("churn at half the rate", false, Math.max(1, podsPerSecond / 2));
      churn("churn", false, podsPerSecond);
      churn(
          "churn at a fifth of the rate, and a ClusterLogRoute over every node meanwhile",
          true,
          Math.max(1, podsPerSecond / 5));
      say("resident memory at the end: %d MiB", residentMiB(operator.pid()));
      say("log lines of the operator that are not INFO: %d", warnings(log));
      operator.terminate(Duration.ofSeconds(20));
    }
    cluster.close();
  }

  private void load() throws InterruptedException {
    long started = System.nanoTime();
    apply(
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"logroute-system\"}}");
    cluster.kubectl().run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    cluster
        .kubectl()
        .apply(
            "{apiVersion: logroute.io/v1alpha1, kind: LogAgent, metadata: {name: default}, spec: {}}")
        .orFail();
    cluster
        .kubectl()
        .apply(
            "{apiVersion: logroute.io/v1alpha1, kind: LogEndpoint, metadata: {name: central}, spec: {addresses: ['tcp://10.0.0.5:5555']}}")
        .orFail();
    parallel(
        namespaces,
        i ->
            "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"ns-%d\"}}"
                .formatted(i));
    parallel(
        nodes,
        i ->
            "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-%d\",\"labels\":{\"kubernetes.io/os\":\"linux\"}}}"
                .formatted(i));
    parallel(
        routes,
        i ->
            ("{\"apiVersion\":\"logroute.io/v1alpha1\",\"kind\":\"LogRoute\",\"metadata\":{\"name\":\"route-%d\",\"namespace\":\"ns-%d\"},"
                    + "\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"app-%d\"}},\"endpointRef\":{\"name\":\"central\"}}}")
                .formatted(i, i % namespaces, i));
    parallel(pods, i -> pod("pod-" + i, i % routes, i % nodes));
    say(
        "%d nodes, %d pods, %d routes, %d namespaces: made in %d ms",
        nodes, pods, routes, namespaces, msSince(started));
  }

  private String pod(String name, int route, int node) {
    return ("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns-%d\",\"labels\":{\"app\":\"app-%d\",\"tenant_id\":\"t%d\"}},"
            + "\"spec\":{\"nodeName\":\"node-%d\",\"containers\":[{\"name\":\"app\",\"image\":\"registry/app:1\",\"env\":[{\"name\":\"SERVICE_ID\",\"value\":\"s%d\"}]},"
            + "{\"name\":\"proxy\",\"image\":\"registry/proxy:1\"}]}}")
        .formatted(name, route % namespaces, route, route % 20, node, route);
  }

  private void apply(String json) {
    HasMetadata object = client.getKubernetesSerialization().unmarshal(json);
    try {
      client.resource(object).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409) {
        throw e;
      }
    }
  }

  private void parallel(int count, IntFunction<String> json) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(12);
    for (int i = 0; i < count; i++) {
      int number = i;
      threads.execute(() -> apply(json.apply(number)));
    }
    threads.shutdown();
    threads.awaitTermination(30, TimeUnit.MINUTES);
  }

  private Path operatorsAccount() throws IOException {
    String token =
        cluster
            .kubectl()
            .run("create", "token", "logroute-operator", "-n", SYSTEM, "--duration=8h")
            .orFail()
            .out()
            .strip();
    return Files.writeString(
        Files.createTempFile("operator", ".kubeconfig"), cluster.kubeconfig(token));
  }

  /** With the flags of the image; {@code -Xmx} is what they give in a container of 512 MiB. */
  private GuardedProcess operator(Path kubeconfig, int port, Path log) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@src/main/jvm/operator",
                "-Xmx307m"));
    if (profileSeconds > 0) {
      Files.createDirectories(PROFILES);
      command.add(
          "-XX:StartFlightRecording=settings=profile,filename=" + PROFILES + "/operator.jfr");
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.logroute.cli.Main",
            "operator",
            "--kubeconfig=" + kubeconfig,
            "--http=127.0.0.1:" + port));
    return GuardedProcess.start(command, Map.of(), log);
  }

  /** Has the API server profile itself from now on, when that was asked for. */
  private void profile(String phase) {
    if (profileSeconds == 0) {
      return;
    }
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(client.getMasterUrl() + "debug/pprof/profile?seconds=" + profileSeconds)
            .build();
    client
        .getHttpClient()
        .sendAsync(request, byte[].class)
        .thenAccept(answer -> write(PROFILES.resolve(phase + ".pprof"), answer.body()));
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(PROFILES);
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void seen(NodeRouteTable table) {
    long now = System.nanoTime();
    entries.put(table.getMetadata().getName(), table.getSpec().pods().size());
    for (NodeRouteTableSpec.Pod pod : table.getSpec().pods()) {
      Long at = bound.isEmpty() ? null : bound.remove(pod.name());
      if (at != null) {
        latenciesMs.add(TimeUnit.NANOSECONDS.toMillis(now - at));
        seenAt.put(pod.name(), now);
      }
    }
  }

  private void awaitTables(GuardedProcess operator, Path log) throws InterruptedException {
    while (entries.values().stream().mapToInt(Integer::intValue).sum() < pods
        || entries.size() < nodes) {
      if (!operator.isAlive()) {
        throw new IllegalStateException("the operator ended: " + log);
      }
      Thread.sleep(50);
    }
  }

  /** Waits until nothing was written for 12 s; when the last write was, in nanoseconds. */
  private long settle() throws InterruptedException {
    double before = writes();
    long last = System.nanoTime();
    while (msSince(last) < 12_000) {
      Thread.sleep(1_000);
      double now = writes();
      if (now != before) {
        last = System.nanoTime();
        before = now;
      }
    }
    return last;
  }

  private void tellMachine(String phase) {
    say("  machine %s: %s", phase, meter.lap());
  }

  private void quiet() throws InterruptedException {
    double before = writes();
    String generation = daemonSetGeneration();
    Thread.sleep(quietSeconds * 1000L);
    say(
        "writes of the operator in %d quiet seconds, Leases aside: %.0f",
        quietSeconds, writes() - before);
    say("generation of the DaemonSet before and after: %s, %s", generation, daemonSetGeneration());
  }

  private String daemonSetGeneration() {
    return String.valueOf(
        client
            .apps()
            .daemonSets()
            .inNamespace(SYSTEM)
            .withName("logroute-agent-default")
            .get()
            .getMetadata()
            .getGeneration());
  }

  private void churn(String title, boolean everyNode, int rate) throws InterruptedException {
    latenciesMs.clear();
    creationsMs.clear();
    seenAt.clear();
    boundAt.clear();
    meter.lap();
    Map<String, Double> before = writesByKind();
    long[] delaysBefore = delays();
    double[] durationsBefore = durations();
    profile((everyNode ? "wide-" : "churn-") + rate);
    long started = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(12);
    int count = churnSeconds * rate;
    for (int i = 0; i < count; i++) {
      String name = (everyNode ? "wide-" : "churn-" + rate + "-") + i;
      String json = pod(name, random.nextInt(routes), random.nextInt(nodes));
      threads.execute(
          () -> {
            long begun = System.nanoTime();
            bound.put(name, begun);
            apply(json);
            boundAt.put(name, System.nanoTime());
            creationsMs.add(msSince(begun));
          });
      if (everyNode && i == count / 4) {
        cluster
            .kubectl()
            .apply(
                "{apiVersion: logroute.io/v1alpha1, kind: ClusterLogRoute, metadata: {name: audit}, spec: {precedence: Always, endpointRef: {name: central}}}")
            .orFail();
      }
      long next = started + TimeUnit.SECONDS.toNanos(1) * (i + 1) / rate;
      TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
    }
    threads.shutdown();
    threads.awaitTermination(5, TimeUnit.MINUTES);
    double seconds = Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0;
    Map<String, Double> written = writesByKind();
    written.replaceAll((kind, sum) -> (sum - before.getOrDefault(kind, 0.0)) / seconds);
    written.values().removeIf(sum -> sum == 0);
    tellMachine("in the churn");
    Thread.sleep(5_000);
    List<Long> sorted = latenciesMs.stream().sorted().collect(Collectors.toList());
    say(
        "%s: %d pods in %.0f s, from asked for to seen in the table: p50 %d ms, p90 %d ms, p99 %d ms, longest %d ms; not yet: %d",
        title,
        count,
        seconds,
        at(sorted, 0.5),
        at(sorted, 0.9),
        at(sorted, 0.99),
        at(sorted, 1),
        bound.size());
    List<Long> sinceBound = new ArrayList<>();
    boundAt.forEach(
        (pod, at) -> {
          Long seen = seenAt.get(pod);
          if (seen != null) {
            sinceBound.add(Math.max(0, TimeUnit.NANOSECONDS.toMillis(seen - at)));
          }
        });
    Collections.sort(sinceBound);
    say(
        "%s: from bound, as the API server answered, to seen in the table: p50 %d ms, p90 %d ms, p99 %d ms",
        title, at(sinceBound, 0.5), at(sinceBound, 0.9), at(sinceBound, 0.99));
    long[] delays = delays();
    for (int i = 0; i < delays.length; i++) {
      delays[i] -= delaysBefore[i];
    }
    say(
        "%s: of that the operator's own, from the pod's event to the request sent: p50 at most %s, p99 at most %s, of %d",
        title, bound(delays, 0.5), bound(delays, 0.99), delays[delays.length - 1]);
    List<Long> creations = creationsMs.stream().sorted().collect(Collectors.toList());
    say(
        "%s: of that the API server's answer to the creation: p50 %d ms, p99 %d ms",
        title, at(creations, 0.5), at(creations, 0.99));
    say(
        "%s: %.1f writes/s, %s; the API server took %.0f ms for a table's write on average",
        title,
        written.values().stream().mapToDouble(Double::doubleValue).sum(),
        written.entrySet().stream()
            .map(e -> "%s %.1f".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", ")),
        averageMs(durationsBefore, durations()));
    bound.clear();
    settle();
  }

  private static long at(List<Long> sorted, double share) {
    return sorted.isEmpty()
        ? -1
        : sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * share));
  }

  /**
   * Requests of the operator that write, as the API server counts them; what agents report aside.
   */
  private double writes() {
    return writesByKind().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private Map<String, Double> writesByKind() {
    Set<String> verbs = Set.of("APPLY", "POST", "PUT", "PATCH", "DELETE");
    return client
        .raw("/metrics")
        .lines()
        .filter(line -> line.startsWith("apiserver_request_total{"))
        .filter(line -> verbs.stream().anyMatch(verb -> line.contains("verb=\"" + verb + "\"")))
        .filter(
            line ->
                line.matches(
                    ".*resource=\"(daemonsets|events|log[a-z]+|clusterlogroutes|noderoutetables)\".*"))
        .filter(
            line ->
                !(line.contains("resource=\"noderoutetables\"")
                    && line.contains("subresource=\"status\"")))
        .collect(
            Collectors.toMap(
                ControlPlaneBench::kind,
                line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                Double::sum,
                TreeMap::new));
  }

  private static String kind(String line) {
    String resource = line.replaceAll(".*[{,]resource=\"([a-z]+)\".*", "$1");
    String subresource = line.replaceAll(".*,subresource=\"([a-z]*)\".*", "$1");
    return subresource.isEmpty() ? resource : resource + "/" + subresource;
  }

  /** The operator's histogram of its own delays, cumulated. */
  private long[] delays() {
    try {
      return client
          .getHttpClient()
          .sendAsync(
              client.getHttpClient().newHttpRequestBuilder().uri(metrics).build(), String.class)
          .join()
          .body()
          .lines()
          .filter(line -> line.startsWith("logroute_operator_table_delay_seconds_bucket"))
          .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
          .toArray();
    } catch (CompletionException e) {
      throw new IllegalStateException("the operator's metrics", e);
    }
  }

  private static String bound(long[] cumulated, double share) {
    long all = cumulated[cumulated.length - 1];
    for (int i = 0; i < TableDelays.BUCKET_SECONDS.length; i++) {
      if (cumulated[i] >= all * share) {
        return Math.round(1000 * TableDelays.BUCKET_SECONDS[i]) + " ms";
      }
    }
    return "more";
  }

  /** Seconds and number of the writes of tables, as the API server counts them. */
  private double[] durations() {
    return new double[] {durations("sum"), durations("count")};
  }

  private double durations(String what) {
    return client
        .raw("/metrics")
        .lines()
        .filter(line -> line.startsWith("apiserver_request_duration_seconds_" + what + "{"))
        .filter(line -> line.contains("resource=\"noderoutetables\""))
        .filter(line -> line.contains("subresource=\"\"") && line.contains("verb=\"APPLY\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double averageMs(double[] before, double[] now) {
    return 1000 * (now[0] - before[0]) / Math.max(1, now[1] - before[1]);
  }

  private static long residentMiB(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .sum();
  }

  private static long warnings(Path log) throws IOException {
    return Files.readAllLines(log).stream().filter(line -> !line.contains(" INFO ")).count();
  }

  private static long msSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }
}
