// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, whole: {@code kubectl apply} of a LogRoute makes the operator write the node's
 * table, the agent read it from the API server and send the pod's lines to a foreign ZeroMQ peer.
 * Only kubelet is missing: the test writes the files that it would.
 */
@ExtendWith(SharedApiServer.class)
@Timeout(300)
class FirstLightIT {

  private static final String CONTAINER_ID = "0123456789abcdef".repeat(4);
  private static final String TAG = CONTAINER_ID.substring(0, 12) + ": ";
  private static final Duration FIRST_FRAME = Duration.ofSeconds(2);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Duration OUTAGE = Duration.ofSeconds(30);

  @TempDir Path temp;

  private ControlPlane cluster;
  private Kubectl kubectl;
  private String node;
  private String namespace;
  private Path varLog;
  private Path logs;
  private Subscriber centre;
  private LogRouteProcess operator;
  private LogRouteProcess agent;

  @BeforeEach
  void startAll(ControlPlane cluster, Kubectl kubectl) throws Exception {
    this.cluster = cluster;
    this.kubectl = kubectl;
    node = cluster.unique("first-light-node");
    namespace = cluster.createNamespace("first-light");
    varLog = temp.resolve("var-log");
    Files.createDirectories(varLog.resolve("pods"));
    Files.createDirectories(varLog.resolve("containers"));
    logs =
        Files.createDirectories(
            ClusterScript.CHECKOUT.resolve(
                "target/first-light/" + ProcessHandle.current().pid() + "/" + namespace));
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %1$s, labels: {first-light: %1$s, kubernetes.io/os: linux}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogAgent
            metadata: {name: %1$s}
            spec: {nodeSelector: {first-light: %1$s}}
            """
                .formatted(node))
        .orFail();
    centre = new Subscriber(logs.resolve("centre.out"));
    operator =
        LogRouteProcess.start(
            logs.resolve("operator.log"),
            "operator",
            "--kubeconfig",
            cluster.kubeconfig().toString(),
            "--namespace",
            namespace);
    agent = startAgent();
    operator.awaitReady();
  }

  @AfterEach
  void stopAll() {
    agent.close();
    operator.close();
    centre.close();
    cluster.startApiServer();
    kubectl.run("delete", "logagent,node,noderoutetable", node, "--ignore-not-found");
  }

  @Test
  void shouldSendAPodsLinesWithinTwoSecondsOfItsRouteAndStopWithIt() throws Exception {
    try (PodLog log = podLog(createPod("web"), "web").start()) {
      agent.awaitReady();
      await().atMost(SOON).until(() -> log.written() > 20);
      assertThat(centre.messages()).as("nothing is sent that no route selects").isEmpty();

      applyRoute("tenant-1", "web");
      await()
          .atMost(FIRST_FRAME)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> !centre.lines("tenant-1", "web").isEmpty());
      await().atMost(SOON).until(() -> centre.lines("tenant-1", "web").size() > 100);
      assertThat(centre.lines("tenant-1", "web"))
          .as("from the first byte, in order, each once")
          .startsWith(numbered(100).toArray(String[]::new));
      assertThat(centre.messages()).allMatch(frames -> frames.line().startsWith(TAG));

      kubectl.run("delete", "logroute", "web", "-n", namespace).orFail();
      awaitQuiet();
      int lastLine = centre.lines("tenant-1", "web").size();
      int writtenThen = log.written();
      await().atMost(SOON).until(() -> log.written() > writtenThen + 50);

      assertThat(centre.lines("tenant-1", "web")).hasSize(lastLine);
    }
  }

  @Test
  void shouldLoseNothingAndSayLittleWhileTheApiServerIsAway() throws Exception {
    String later = createPod("later");
    try (PodLog log = podLog(createPod("web"), "web").start();
        PodLog laterLog = podLog(later, "later")) {
      applyRoute("tenant-1", "web");
      await().atMost(SOON).until(() -> !centre.lines("tenant-1", "web").isEmpty());
      awaitStatus();
      int agentLines = agent.log().size();
      int operatorLines = operator.log().size();

      cluster.stopApiServer();
      int writtenBefore = log.written();
      laterLog.start();
      await()
          .pollDelay(OUTAGE)
          .atMost(OUTAGE.plus(SOON))
          .until(() -> laterLog.written() > 100 && log.written() > writtenBefore + 100);
      assertThat(lines(TAG, "web").size()).as("lines go on").isGreaterThan(writtenBefore);
      cluster.startApiServer();
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> agent.log().stream().anyMatch(line -> line.contains("works again")));

      log.close();
      laterLog.close();
      awaitNumbered(log.written() + laterLog.written());
      assertThat(lines(TAG, "web")).isEqualTo(numbered(log.written()));
      assertThat(lines(tagOf("later"), "web")).hasSize(laterLog.written());
      assertThat(troubleSince(agent, agentLines)).as("the agent's lines").hasSize(1);
      assertThat(operator.log().size() - operatorLines).as("the operator's lines").isLessThan(40);
    }
  }

  @Test
  void shouldStartAndGoOnWithItsLastTableWhileTheApiServerIsAway() throws Exception {
    try (PodLog log = podLog(createPod("web"), "web").start()) {
      applyRoute("tenant-1", "web");
      await().atMost(SOON).until(() -> !centre.lines("tenant-1", "web").isEmpty());

      cluster.stopApiServer();
      assertThat(agent.terminate()).isIn(0, 143);
      int sentThen = centre.lines("tenant-1", "web").size();
      await().atMost(SOON).until(() -> log.written() > sentThen + 50);
      agent = startAgent();
      await().atMost(SOON).until(() -> centre.lines("tenant-1", "web").size() > sentThen + 50);

      log.close();
      awaitNumbered(log.written());
      assertThat(centre.lines("tenant-1", "web")).isEqualTo(numbered(log.written()));
    }
  }

  private LogRouteProcess startAgent() {
    return LogRouteProcess.start(
        logs.resolve("agent.log"),
        "agent",
        "--node-name",
        node,
        "--kubeconfig",
        cluster.kubeconfig().toString(),
        "--pods-dir",
        varLog.resolve("pods").toString(),
        "--containers-dir",
        varLog.resolve("containers").toString(),
        "--state-dir",
        temp.resolve("state").toString());
  }

  /** A pod that runs on the node; its uid. */
  private String createPod(String name) {
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: %s, labels: {app: web}}
            spec:
              nodeName: %s
              containers: [{name: app, image: none}]
            """
                .formatted(name, namespace, node))
        .orFail();
    return kubectl
        .run("get", "pod", name, "-n", namespace, "-o", "jsonpath={.metadata.uid}")
        .orFail()
        .out();
  }

  private PodLog podLog(String uid, String pod) {
    String id = pod.equals("web") ? CONTAINER_ID : "f" + CONTAINER_ID.substring(1);
    return new PodLog(varLog, namespace, pod, uid, "app", id, 20);
  }

  private static String tagOf(String pod) {
    return pod.equals("web") ? TAG : "f" + TAG.substring(1);
  }

  private void applyRoute(String tenant, String service) {
    kubectl
        .apply(
            """
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: web, namespace: %s}
            spec:
              selector: {matchLabels: {app: web}}
              tenantId: {value: %s}
              serviceId: {value: %s}
              options: {zmq-address: "%s"}
            """
                .formatted(namespace, tenant, service, centre.address()))
        .orFail();
  }

  /** Until the agent has told what it runs. */
  private void awaitStatus() {
    await()
        .atMost(SOON)
        .until(
            () ->
                !kubectl
                    .run("get", "noderoutetable", node, "-o", "jsonpath={.status}")
                    .out()
                    .isEmpty());
  }

  /** Two seconds is what a change may take; after that nothing may come. */
  private void awaitQuiet() throws IOException {
    await().pollDelay(FIRST_FRAME).until(() -> true);
  }

  private void awaitNumbered(int lines) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(centre.lines("tenant-1", "web")).hasSize(lines));
  }

  private List<String> lines(String tag, String service) throws IOException {
    return centre.lines("tenant-1", service).stream().filter(line -> line.startsWith(tag)).toList();
  }

  private static List<String> numbered(int lines) {
    return IntStream.range(0, lines).mapToObj(number -> TAG + "line " + number).toList();
  }

  /** What a process has logged since then, apart from what is no trouble. */
  private static List<String> troubleSince(LogRouteProcess process, int lines) {
    return process.log().stream()
        .skip(lines)
        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
        .toList();
  }
}
