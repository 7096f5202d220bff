// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ClusterScript;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.LogRouteProcess;
import io.logroute.cluster.SettableClock;
import io.logroute.cluster.SharedApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two operators as processes, each with a clock that is set while it works. */
@ExtendWith(SharedApiServer.class)
class ClockStepsIT {

  private static final String SYSTEM = "logroute-system";
  private static final Duration SOON = Duration.ofSeconds(90);

  private final ControlPlane cluster;
  private final Kubectl kubectl;
  private final KubernetesClient client;
  private final AtomicInteger pods = new AtomicInteger();

  @TempDir private Path folder;
  private Path logs;
  private String node = "";
  private String namespace = "";
  private SettableClock clock;
  private LogRouteProcess ahead;
  private @Nullable LogRouteProcess right;

  ClockStepsIT(ControlPlane cluster) {
    this.cluster = cluster;
    kubectl = cluster.kubectl();
    client = cluster.client();
  }

  @BeforeEach
  void startOne() throws Exception {
    clock = SettableClock.create(folder.resolve("clock"));
    kubectl.run("create", "namespace", SYSTEM);
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    node = cluster.unique("clock");
    namespace = cluster.createNamespace("clock");
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: %1$s, labels: {clock: %1$s}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogAgent
            metadata: {name: %1$s}
            spec: {nodeSelector: {clock: %1$s}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: all, namespace: %2$s}
            spec: {zmqAddress: 'tcp://10.0.0.5:5555'}
            """
                .formatted(node, namespace))
        .orFail();
    logs =
        Files.createDirectories(
            ClusterScript.CHECKOUT.resolve(
                "target/clock-steps/" + ProcessHandle.current().pid() + "/" + node));
    ahead = start("ahead", clock);
    await().atMost(SOON).until(() -> leads(ahead));
  }

  private LogRouteProcess start(String name, SettableClock itsClock) throws Exception {
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    Path kubeconfig =
        Files.writeString(folder.resolve(name + ".kubeconfig"), cluster.kubeconfig(token));
    return LogRouteProcess.start(
            logs.resolve(name + ".log"),
            itsClock.environment(),
            "operator",
            "--kubeconfig",
            kubeconfig.toString())
        .awaitReady();
  }

  @AfterEach
  void stopAll() {
    ahead.close();
    if (right != null) {
      right.close();
    }
    client.resources(LogAgent.class).withName(node).delete();
    client.nodes().withName(node).delete();
    client.resources(NodeRouteTable.class).withName(node).delete();
    client.leases().inNamespace(SYSTEM).withName(LeaderSettings.LEASE).delete();
  }

  @Test
  void shouldWorkOnWhenTheClockIsSetAndTakeOverFromALeaderWhoseClockWasAhead() throws Exception {
    awaitWorkOnANewPod();

    clock.set(Duration.ofHours(1));
    awaitSaid(ahead, "the clock of this machine was set ahead by 3");
    await().atMost(SOON).until(() -> leads(ahead));
    awaitWorkOnANewPod();

    SettableClock clockOfRight = SettableClock.create(folder.resolve("right"));
    LogRouteProcess standby = start("right", clockOfRight);
    right = standby;
    assertThat(leads(standby)).isFalse();
    ahead.kill();
    awaitSaid(standby, "has not renewed it for 20 s, though its stamp is newer: free now");
    await().atMost(SOON).until(() -> leads(standby));
    awaitWorkOnANewPod();

    clockOfRight.set(Duration.ofHours(-2));
    awaitSaid(standby, "the clock of this machine was set back by 7");
    awaitWorkOnANewPod();
    assertThat(leads(standby)).isTrue();
  }

  /** In its table, and counted. */
  private void awaitWorkOnANewPod() {
    int number = pods.incrementAndGet();
    String pod = "pod-" + number;
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
        .atMost(SOON)
        .until(
            () -> {
              NodeRouteTable table = client.resources(NodeRouteTable.class).withName(node).get();
              return table != null
                  && table.getSpec().pods().stream().anyMatch(entry -> entry.name().equals(pod));
            });
    await("the count of " + pod)
        .atMost(SOON)
        .until(
            () -> {
              LogRoute route =
                  client.resources(LogRoute.class).inNamespace(namespace).withName("all").get();
              return route.getStatus() != null
                  && Objects.equals(number, route.getStatus().matchedPods());
            });
  }

  private static void awaitSaid(LogRouteProcess operator, String part) {
    await(part)
        .atMost(SOON)
        .until(() -> operator.log().stream().anyMatch(line -> line.contains(part)));
  }

  private static boolean leads(LogRouteProcess operator) {
    return operator.get("/metrics").contains("logroute_operator_leading 1\n");
  }
}
