// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ClusterScript;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.LogRouteProcess;
import io.logroute.cluster.SharedApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two operators as processes, with the rights that their manifest gives. */
@ExtendWith(SharedApiServer.class)
class HighAvailabilityIT {

  private static final String SYSTEM = "logroute-system";
  private static final Duration SOON = Duration.ofSeconds(60);

  /** The Lease, two tries to get it, and what a busy machine adds. */
  private static final Duration AFTER_A_KILL = Duration.ofSeconds(35);

  /** A try to get it, and what a busy machine adds: less than the Lease lasts. */
  private static final Duration AFTER_SIGTERM = Duration.ofSeconds(12);

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient client;
  private final AtomicInteger pods = new AtomicInteger();
  private final List<LogRouteProcess> operators = new ArrayList<>();

  @TempDir private Path folder;
  private String node = "";
  private String namespace = "";

  HighAvailabilityIT(ControlPlane cluster) {
    this.cluster = cluster;
    kubectl = cluster.kubectl();
    client = cluster.client();
  }

  @BeforeEach
  void startTwo() throws Exception {
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    node = cluster.unique("ha");
    namespace = cluster.createNamespace("ha");
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %1$s, labels: {ha: %1$s}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogAgent
            metadata: {name: %1$s}
            spec: {nodeSelector: {ha: %1$s}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: all, namespace: %2$s}
            spec: {zmqAddress: 'tcp://10.0.0.5:5555'}
            """
                .formatted(node, namespace))
        .orFail();
    Path logs =
        Files.createDirectories(
            ClusterScript.CHECKOUT.resolve(
                "target/high-availability/" + ProcessHandle.current().pid() + "/" + node));
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    Path kubeconfig =
        Files.writeString(folder.resolve("operator.kubeconfig"), cluster.kubeconfig(token));
    for (String name : List.of("a", "b")) {
      operators.add(
          LogRouteProcess.start(
              logs.resolve(name + ".log"), "operator", "--kubeconfig", kubeconfig.toString()));
    }
    operators.forEach(LogRouteProcess::awaitReady);
    await().atMost(SOON).until(() -> operators.stream().filter(this::leads).count() == 1);
  }

  @AfterEach
  void stopBoth() {
    operators.forEach(LogRouteProcess::close);
    client.resources(LogAgent.class).withName(node).delete();
    client.nodes().withName(node).delete();
    client.resources(NodeRouteTable.class).withName(node).delete();
    client.leases().inNamespace(SYSTEM).withName(LeaderSettings.LEASE).delete();
  }

  @Test
  void shouldHandOverAtOnceWhenTheLeaderIsToldToEnd() {
    awaitTableWithANewPod(SOON);
    LogRouteProcess first = leader();
    LogRouteProcess second = other(first);
    assertThat(tableWrites(second)).as("the standby writes nothing").isZero();

    long started = System.nanoTime();
    assertThat(first.terminate()).isZero();
    awaitTableWithANewPod(AFTER_SIGTERM);

    System.out.printf(
        "HighAvailabilityIT: a table %d ms after SIGTERM%n",
        Duration.ofNanos(System.nanoTime() - started).toMillis());
    assertThat(leads(second)).isTrue();
    assertThat(tableWrites(second)).as("the new pod's, and nothing twice").isEqualTo(1);
    assertThat(lease().getSpec().getLeaseTransitions()).isPositive();
  }

  @Test
  void shouldTakeOverWithinTheLeaseWhenTheLeaderIsKilled() {
    awaitTableWithANewPod(SOON);
    LogRouteProcess first = leader();
    LogRouteProcess second = other(first);

    long started = System.nanoTime();
    first.kill();
    awaitTableWithANewPod(AFTER_A_KILL);

    System.out.printf(
        "HighAvailabilityIT: a table %d ms after SIGKILL%n",
        Duration.ofNanos(System.nanoTime() - started).toMillis());
    assertThat(leads(second)).isTrue();
    assertThat(tableWrites(second)).isEqualTo(1);
  }

  @Test
  void shouldStandByAgainWhenAnotherTookTheLease() {
    awaitTableWithANewPod(SOON);
    LogRouteProcess first = leader();
    LogRouteProcess second = other(first);
    client
        .leases()
        .inNamespace(SYSTEM)
        .withName(LeaderSettings.LEASE)
        .patch(
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build(),
            "{\"spec\": {\"holderIdentity\": \"somebody-else\"}}");

    await()
        .atMost(SOON)
        .until(() -> first.log().stream().anyMatch(line -> line.contains("lost, this operator")));
    await().atMost(SOON).until(() -> leads(first) != leads(second));
    assertThat(first.isAlive()).isTrue();
    awaitTableWithANewPod(SOON);
  }

  private void awaitTableWithANewPod(Duration atMost) {
    String pod = "pod-" + pods.incrementAndGet();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: %s}
            spec: {nodeName: %s, containers: [{name: app, image: none}]}
            """
                .formatted(pod, namespace, node))
        .orFail();
    await("the entry of " + pod)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              NodeRouteTable table = client.resources(NodeRouteTable.class).withName(node).get();
              return table != null
                  && table.getSpec().pods().stream().anyMatch(entry -> entry.name().equals(pod));
            });
  }

  private Lease lease() {
    return client.leases().inNamespace(SYSTEM).withName(LeaderSettings.LEASE).get();
  }

  private LogRouteProcess leader() {
    return operators.stream().filter(this::leads).findFirst().orElseThrow();
  }

  private LogRouteProcess other(LogRouteProcess one) {
    return operators.stream().filter(operator -> operator != one).findFirst().orElseThrow();
  }

  private boolean leads(LogRouteProcess operator) {
    return operator.get("/metrics").contains("logroute_operator_leading 1\n");
  }

  private static long tableWrites(LogRouteProcess operator) {
    return operator
        .get("/metrics")
        .lines()
        .filter(line -> line.startsWith("logroute_operator_table_writes_total "))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
        .sum();
  }
}
