// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;

/**
 * A cluster with one node, {@code node-1}, whose kubelet is the test: pods of namespace {@code
 * default} write numbered lines, and operator and agent run as processes with the rights that the
 * manifests give them, of which the agent's token is bound to the node.
 */
final class OneNode implements AutoCloseable {

  static final String SYSTEM = "logroute-system";
  static final String NAME = "node-1";
  static final long WRITE_INTERVAL_MS = 20;

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final Path folder;
  private final Path logs;
  private final Subscriber centre;
  private final Map<String, PodLog> pods = new LinkedHashMap<>();

  /**
   * @param folder for the node's files
   * @param logs for what the processes print
   */
  OneNode(ControlPlane cluster, Path folder, Path logs) throws Exception {
    this.cluster = cluster;
    this.folder = folder;
    this.logs = Files.createDirectories(logs);
    kubectl = cluster.kubectl();
    centre = new Subscriber(logs.resolve("centre.out"));
    kubectl.run("create", "namespace", SYSTEM).orFail();
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    kubectl.run("apply", "-f", "manifests/base/agent-access.yaml").orFail();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: agent, namespace: logroute-system}
            spec:
              serviceAccountName: logroute-agent
              nodeName: node-1
              containers: [{name: agent, image: none}]
            """)
        .orFail();
  }

  /** Where the centre listens. */
  String address() {
    return centre.address();
  }

  LogRouteProcess startOperator() throws IOException {
    String token = token("create", "token", "logroute-operator", "-n", SYSTEM);
    return LogRouteProcess.start(
        logs.resolve("operator.log"), "operator", "--kubeconfig", kubeconfig("operator", token));
  }

  LogRouteProcess startAgent() throws IOException {
    String token =
        token(
            "create",
            "token",
            "logroute-agent",
            "-n",
            SYSTEM,
            "--bound-object-kind=Pod",
            "--bound-object-name=agent");
    return LogRouteProcess.start(
        logs.resolve("agent.log"),
        "agent",
        "--node-name",
        NAME,
        "--kubeconfig",
        kubeconfig("agent", token),
        "--pods-dir",
        Files.createDirectories(folder.resolve("pods")).toString(),
        "--containers-dir",
        Files.createDirectories(folder.resolve("containers")).toString(),
        "--state-dir",
        folder.resolve("state").toString());
  }

  private String token(String... command) {
    return kubectl.run(command).orFail().out().strip();
  }

  private String kubeconfig(String name, String token) throws IOException {
    return Files.writeString(folder.resolve(name + ".kubeconfig"), cluster.kubeconfig(token))
        .toString();
  }

  /** A pod whose label {@code app} is its name, and which writes at once. */
  void startPod(String name) {
    createPod(name);
    writeLog(name);
  }

  void createPod(String name) {
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {app: %1$s}}
            spec: {nodeName: node-1, containers: [{name: app, image: none}]}
            """
                .formatted(name))
        .orFail();
    adoptPod(name);
  }

  /** A pod that is there already, for {@link #writeLog}. */
  void adoptPod(String name) {
    String id = "%012x".formatted(pods.size() + 1) + "0".repeat(52);
    pods.put(
        name,
        new PodLog(folder, "default", name, uid("default", name), "app", id, WRITE_INTERVAL_MS));
  }

  String uid(String namespace, String pod) {
    return kubectl
        .run("get", "pod", pod, "-n", namespace, "-o", "jsonpath={.metadata.uid}")
        .orFail()
        .out()
        .strip();
  }

  void writeLog(String pod) {
    logOf(pod).start();
  }

  private PodLog logOf(String pod) {
    return Objects.requireNonNull(pods.get(pod), pod);
  }

  Set<String> pods() {
    return pods.keySet();
  }

  /** How many lines a pod has written. */
  int written(String pod) {
    return logOf(pod).written();
  }

  /** No pod writes any more. */
  void stopWriting() {
    pods.values().forEach(PodLog::close);
  }

  /** A service's lines as they came, without the container's id. */
  List<String> linesOf(String tenant, String service) throws IOException {
    return centre.lines(tenant, service).stream()
        .map(line -> line.substring(line.indexOf(": ") + 2))
        .toList();
  }

  /** What a pod has written. */
  List<String> writtenLines(String pod) {
    return IntStream.range(0, written(pod)).mapToObj(number -> "line " + number).toList();
  }

  static ConditionFactory soon() {
    return await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500));
  }

  @Override
  public void close() {
    stopWriting();
    centre.close();
  }
}
