// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the tests stand on stands. */
@ExtendWith(SharedApiServer.class)
class ControlPlaneIT {

  @Test
  void shouldBeTheKubernetesThatWasAskedFor(KubernetesClient client) throws IOException {
    boolean isOldest = "oldest".equals(System.getenv("LOGROUTE_KUBERNETES"));
    Path modules =
        ClusterScript.CHECKOUT.resolve(
            "src/test/cluster" + (isOldest ? "/oldest" : "") + "/go.mod");

    assertThat(Files.readAllLines(modules))
        .contains("\tk8s.io/kubernetes " + client.getKubernetesVersion().getGitVersion());
  }

  @Test
  void shouldAnswerKubectlInItsOwnWords(ControlPlane cluster, Kubectl kubectl) {
    String namespace = cluster.createNamespace("kubectl");

    assertThat(kubectl.run("get", "namespace", namespace, "-o", "name").orFail().out())
        .isEqualTo("namespace/" + namespace + "\n");
    Kubectl.Result missing = kubectl.run("get", "namespace", "no-such");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("namespaces \"no-such\" not found");
    assertThat(kubectl.apply("{apiVersion: v1, kind: ConfigMap}").exitCode()).isEqualTo(1);
  }

  @Test
  void shouldIssueTokensThatBindToAPod(ControlPlane cluster, Kubectl kubectl) {
    String namespace = cluster.createNamespace("token");
    kubectl.run("create", "serviceaccount", "agent", "-n", namespace).orFail();
    kubectl
        .apply(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: agent, namespace: %s}
            spec:
              serviceAccountName: agent
              nodeName: node-1
              containers: [{name: agent, image: none}]
            """
                .formatted(namespace))
        .orFail();

    Kubectl.Result token =
        kubectl.run(
            "create",
            "token",
            "agent",
            "-n",
            namespace,
            "--bound-object-kind=Pod",
            "--bound-object-name=agent");

    assertThat(token.orFail().out().strip().split("\\.")).hasSize(3);
  }

  @Test
  void shouldKeepWhatItKnewWhenTheApiServerIsKilledAndStarted(
      ControlPlane cluster, Kubectl kubectl) {
    String namespace = cluster.createNamespace("outage");

    cluster.killApiServer();
    assertThat(kubectl.run("get", "namespace", namespace).err()).contains("refused");
    cluster.startApiServer();

    assertThat(kubectl.run("get", "namespace", namespace).exitCode()).isZero();
  }

  @Test
  void shouldHaveAForeignZeroMqPeer(@TempDir Path folder) throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("version.py"), "import zmq; print('zmq', zmq.zmq_version())");
    Path log = folder.resolve("out");

    try (GuardedProcess python = PythonPeer.start(log, script)) {
      assertThat(python.waitFor(Duration.ofSeconds(20))).isZero();
    }

    assertThat(log).content().startsWith("zmq 4.");
  }
}
