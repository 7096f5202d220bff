// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.SharedApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code logroute operator} as a process. */
@ExtendWith(SharedApiServer.class)
class OperatorCommandIT {

  private static final Duration START = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shouldRunUntilSigterm(ControlPlane cluster, KubernetesClient client) throws Exception {
    client.resources(LogAgent.class).delete();
    cluster.kubectl().run("create", "namespace", "logroute-system");
    int port = FreePort.next();
    try (GuardedProcess operator =
        start(
            cluster.kubeconfig(),
            "--http=127.0.0.1:" + port,
            "--create-default-log-agent",
            "--inline-addresses=deny")) {
      await().atMost(START).ignoreExceptions().until(() -> get(port, "/readyz").equals("ok\n"));
      await()
          .atMost(START)
          .until(() -> client.resources(LogAgent.class).withName("default").get() != null);
      assertThat(get(port, "/healthz")).isEqualTo("ok\n");
      assertThat(get(port, "/metrics")).contains("logroute_operator_ready 1\n");

      assertThat(operator.terminate(Duration.ofSeconds(20))).isZero();
    } finally {
      client.resources(LogAgent.class).delete();
      client.resources(NodeRouteTable.class).delete();
      client.apps().daemonSets().inNamespace("logroute-system").delete();
    }
    assertThat(lines()).allSatisfy(line -> assertThat(line).contains(" INFO "));
  }

  @Test
  void shouldSayInOneLineThatNothingAnswers() throws Exception {
    int port = FreePort.next();
    Path kubeconfig = kubeconfig(port);

    assertThat(exitCode(kubeconfig)).isEqualTo(2);
    assertThat(lines())
        .containsExactly(
            "logroute operator: the API server at https://127.0.0.1:"
                + port
                + "/ cannot be used: nothing answers there; KUBECONFIG or --kubeconfig says which"
                + " one to use");
  }

  @Test
  void shouldSayInOneLineThatItIsNotLetIn(ControlPlane cluster) throws Exception {
    Path kubeconfig =
        Files.writeString(folder.resolve("config"), cluster.kubeconfig("no-such-token"));

    assertThat(exitCode(kubeconfig)).isEqualTo(2);
    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst()).contains(cluster.url()).contains("Unauthorized");
  }

  /** What the pod's startup and liveness probes ask: neither ends an operator that waits. */
  @Test
  void shouldSayThatItLivesWhileTheApiServerDoesNotAnswer() throws Exception {
    int port = FreePort.next();
    try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        GuardedProcess operator =
            start(kubeconfig(mute.getLocalPort()), "--http=127.0.0.1:" + port)) {
      await().atMost(START).ignoreExceptions().until(() -> get(port, "/healthz").equals("ok\n"));
      assertThat(get(port, "/readyz")).isEqualTo("not following the cluster\n");

      assertThat(operator.waitFor(START)).isEqualTo(2);
      assertThat(lines()).hasSize(1);
    }
  }

  @Test
  void shouldSayInOneLineThatThePortIsTaken(ControlPlane cluster) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String http = "127.0.0.1:" + taken.getLocalPort();

      assertThat(exitCode(cluster.kubeconfig(), "--http=" + http)).isEqualTo(2);
      assertThat(lines())
          .containsExactly("logroute operator: --http " + http + ": Address already in use");
    }
  }

  @Test
  void shouldSayInOneLineThatTheKubeconfigIsNotThere() throws Exception {
    assertThat(exitCode(folder.resolve("none"))).isEqualTo(2);
    assertThat(lines())
        .containsExactly(
            "logroute operator: --kubeconfig "
                + folder.resolve("none")
                + ": there is no such readable file");
  }

  private Path kubeconfig(int port) throws IOException {
    return Files.writeString(
        folder.resolve("config"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:%d"}}]
        contexts: [{name: c, context: {cluster: c}}]
        current-context: c
        """
            .formatted(port));
  }

  private int exitCode(Path kubeconfig, String... arguments) {
    try (GuardedProcess operator = start(kubeconfig, arguments)) {
      return operator.waitFor(START);
    }
  }

  private GuardedProcess start(Path kubeconfig, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "operator", "--kubeconfig=" + kubeconfig));
    command.addAll(List.of(arguments));
    return GuardedProcess.start(command, Map.of(), folder.resolve("log"));
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(folder.resolve("log"));
  }

  private static String get(int port, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
