// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.cluster.ClusterScript;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.LogRouteProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an operator as a process says when something it needs is missing or goes away, and that it
 * recovers by itself; on a cluster of its own, since the whole cluster suffers.
 */
class RecoveryIT {

  private static final String SYSTEM = "logroute-system";

  private final AtomicInteger pods = new AtomicInteger();
  private ControlPlane cluster;
  private Kubectl kubectl;
  private Path logs;

  @BeforeEach
  void startCluster() throws Exception {
    cluster = ControlPlane.startEmpty();
    kubectl = cluster.kubectl();
    logs =
        Files.createDirectories(
            ClusterScript.CHECKOUT.resolve(
                "target/recovery/" + ProcessHandle.current().pid() + "/" + System.nanoTime()));
    kubectl.run("create", "namespace", SYSTEM).orFail();
  }

  @AfterEach
  void stopCluster() {
    cluster.close();
  }

  @Test
  void shouldWaitForDefinitionsAndRightsAndSayWhichAreMissing() throws Exception {
    kubectl.run("apply", "--server-side", "-f", "crds").orFail();
    kubectl.run("delete", "crd", "clusterlogroutes.logroute.io").orFail();
    kubectl.run("create", "serviceaccount", "logroute-operator", "-n", SYSTEM).orFail();
    kubectl
        .run(
            "create",
            "clusterrolebinding",
            "look",
            "--clusterrole=view",
            "--serviceaccount=" + SYSTEM + ":logroute-operator")
        .orFail();

    try (LogRouteProcess operator = operator()) {
      soon()
          .until(
              () ->
                  said(operator, "the cluster has no definition of clusterlogroutes.logroute.io")
                      && said(operator, "this account may not list nodes: apply the operator's")
                      && said(operator, "may not create leases in namespace " + SYSTEM));
      assertThat(operator.get("/readyz")).isEqualTo("not following the cluster\n");

      kubectl.run("apply", "--server-side", "-f", "crds").orFail();
      kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();

      operator.awaitReady();
      prepareWork();
      awaitTableWithANewPod();
      assertThat(operator.log())
          .as("lines with the object, and no stack trace")
          .noneMatch(line -> line.startsWith("\tat "));
    }
  }

  @Test
  void shouldGoOnWhenTheApiServerComesBackAndWhenARightIsTakenAndGivenBack() throws Exception {
    kubectl.run("apply", "--server-side", "-f", "crds").orFail();
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    try (LogRouteProcess operator = operator()) {
      operator.awaitReady();
      prepareWork();
      awaitTableWithANewPod();

      cluster.killApiServer();
      soon().until(() -> said(operator, "the API server cannot be watched"));
      cluster.startApiServer();
      awaitTableWithANewPod();
      assertThat(operator.isAlive()).isTrue();

      kubectl
          .run(
              "patch",
              "clusterrole",
              "logroute-operator",
              "--type=json",
              "-p",
              "[{\"op\": \"replace\", \"path\": \"/rules/3/verbs\", \"value\": [\"get\", \"list\","
                  + " \"watch\"]}]")
          .orFail();
      String pod = newPod();
      soon().until(() -> said(operator, "cannot patch resource \"noderoutetables\""));
      kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
      awaitEntry(pod);
      assertThat(operator.log()).noneMatch(line -> line.startsWith("\tat "));
    }
  }

  /** A Lease that is lost is how a process starts a second time, without asking for its rights. */
  @Test
  void shouldTryAgainWhenAStartFails() throws Exception {
    kubectl.run("apply", "--server-side", "-f", "crds").orFail();
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    try (LogRouteProcess operator = operator()) {
      operator.awaitReady();
      prepareWork();
      awaitTableWithANewPod();

      mayReadPods(false);
      takeTheLease();
      soon()
          .until(
              () ->
                  said(operator, "the operator could not start, trying again: ")
                      && said(operator, "cannot list resource \"pods\""));
      assertThat(operator.get("/readyz")).isEqualTo("not following the cluster\n");
      assertThat(operator.isAlive()).isTrue();

      mayReadPods(true);
      operator.awaitReady();
      awaitTableWithANewPod();
      assertThat(operator.log()).noneMatch(line -> line.startsWith("\tat "));
    }
  }

  /** Not found is what the API server answers for a kind that it does not know, too. */
  @Test
  void shouldWriteTablesAgainWhenTheirDefinitionWasGone() throws Exception {
    kubectl.run("apply", "--server-side", "-f", "crds").orFail();
    kubectl.run("apply", "-f", "manifests/base/operator-access.yaml").orFail();
    try (LogRouteProcess operator = operator()) {
      operator.awaitReady();
      prepareWork();
      awaitTableWithANewPod();

      kubectl.run("delete", "crd", "noderoutetables.logroute.io").orFail();
      String pod = newPod();
      soon().until(() -> said(operator, "Node node-1: will be tried again: "));
      kubectl.run("apply", "--server-side", "-f", "crds").orFail();

      awaitEntry(pod);
      assertThat(operator.isAlive()).isTrue();
      assertThat(operator.log()).noneMatch(line -> line.startsWith("\tat "));
    }
  }

  private void mayReadPods(boolean may) {
    String resources =
        may ? "[\"pods\", \"nodes\", \"namespaces\"]" : "[\"nodes\", \"namespaces\"]";
    kubectl
        .run(
            "patch",
            "clusterrole",
            "logroute-operator",
            "--type=json",
            "-p",
            "[{\"op\": \"replace\", \"path\": \"/rules/0/resources\", \"value\": "
                + resources
                + "}]")
        .orFail();
  }

  private void takeTheLease() {
    kubectl
        .run(
            "patch",
            "lease",
            LeaderSettings.LEASE,
            "-n",
            SYSTEM,
            "--type=merge",
            "-p",
            "{\"spec\": {\"holderIdentity\": \"somebody-else\"}}")
        .orFail();
  }

  private LogRouteProcess operator() throws Exception {
    String token =
        kubectl.run("create", "token", "logroute-operator", "-n", SYSTEM).orFail().out().strip();
    Path kubeconfig =
        Files.writeString(logs.resolve("operator.kubeconfig"), cluster.kubeconfig(token));
    return LogRouteProcess.start(
        logs.resolve("operator.log"), "operator", "--kubeconfig", kubeconfig.toString());
  }

  private void prepareWork() {
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: node-1}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogAgent
            metadata: {name: default}
            spec: {}
            """)
        .orFail();
  }

  private void awaitTableWithANewPod() {
    awaitEntry(newPod());
  }

  private String newPod() {
    String pod = "pod-" + pods.incrementAndGet();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: default}
            spec: {nodeName: node-1, containers: [{name: app, image: none}]}
            """
                .formatted(pod))
        .orFail();
    return pod;
  }

  private void awaitEntry(String pod) {
    soon()
        .until(
            () -> {
              NodeRouteTable table =
                  cluster.client().resources(NodeRouteTable.class).withName("node-1").get();
              return table != null
                  && table.getSpec().pods().stream().anyMatch(entry -> entry.name().equals(pod));
            });
  }

  private static boolean said(LogRouteProcess operator, String part) {
    return operator.log().stream().anyMatch(line -> line.contains(part));
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofMinutes(2)).ignoreExceptions();
  }
}
