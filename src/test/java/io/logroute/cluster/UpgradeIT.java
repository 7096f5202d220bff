// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static io.logroute.cluster.OneNode.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From version 0.1.0 to this one: a cluster with the definitions of then, and the table that the
 * operator of then wrote, byte by byte but for the ids of objects. Definitions, then operator are
 * replaced while the agent works.
 */
@Timeout(300)
class UpgradeIT {

  @TempDir Path temp;

  private ControlPlane cluster;
  private Kubectl kubectl;
  private OneNode node;

  @BeforeEach
  void startClusterOfThen() throws Exception {
    cluster = ControlPlane.startEmpty();
    kubectl = cluster.kubectl();
    kubectl.run("apply", "-f", resource("crds").toString()).orFail();
    kubectl.run("wait", "--for=condition=Established", "crd", "--all").orFail();
    node =
        new OneNode(
            cluster,
            temp,
            ClusterScript.CHECKOUT.resolve(
                "target/upgrade/" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
    kubectl
        .apply(Files.readString(resource("objects.yaml")).replace("ADDRESS", node.address()))
        .orFail();
    writeTableOfThen();
  }

  @AfterEach
  void stopAll() {
    node.close();
    cluster.close();
  }

  @Test
  void shouldGoOnWithoutAGapAndLeaveAloneATableThatSaysTheSame() throws Exception {
    NodeRouteTable then = table();
    node.adoptPod("web");
    node.writeLog("web");
    try (LogRouteProcess agent = node.startAgent()) {
      soon().until(() -> node.linesOf("tenant-1", "web").size() > 50);

      kubectl.run("apply", "-f", "crds").orFail();
      kubectl.run("wait", "--for=condition=Established", "crd", "--all").orFail();
      try (LogRouteProcess operator = node.startOperator().awaitReady()) {
        soon().until(() -> ready("web").startsWith("True Ready"));
        assertThat(operator.get("/metrics")).contains("logroute_operator_table_writes_total 0\n");
        assertThat(table().getMetadata().getUid()).isEqualTo(then.getMetadata().getUid());
        assertThat(table().getMetadata().getGeneration()).isEqualTo(1);

        kubectl.apply(clusterRoute()).orFail();
        node.startPod("new");
        soon().until(() -> node.linesOf("everybody", "new").size() > 50);
        assertThat(table().getMetadata().getGeneration()).isGreaterThan(1);
      }
      node.stopWriting();
      soon()
          .untilAsserted(
              () -> assertThat(node.linesOf("tenant-1", "web")).hasSize(node.written("web")));
      assertThat(node.linesOf("tenant-1", "web"))
          .as("each once, in order, from the first")
          .isEqualTo(node.writtenLines("web"));
      assertThat(agent.isAlive()).isTrue();
    }
  }

  private String clusterRoute() {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: ClusterLogRoute
        metadata: {name: everything-else}
        spec:
          precedence: Default
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}
          tenantId: {value: everybody}
          serviceId: {fromLabel: app, default: none}
          endpointRef: {name: central}
        """;
  }

  private void writeTableOfThen() throws Exception {
    String cluster =
        kubectl.run("get", "ns", "kube-system", "-o", "jsonpath={.metadata.uid}").orFail().out();
    String json =
        Files.readString(resource("table.json"))
            .strip()
            .replace("CLUSTER", cluster.strip())
            .replace("ADDRESS", node.address())
            .replace("UID_OTHER", node.uid("default", "other"))
            .replace("UID_QUIET", node.uid("default", "quiet"))
            .replace("UID_WEB", node.uid("default", "web"))
            .replace("UID_AGENT", node.uid(OneNode.SYSTEM, "agent"));
    LogAgent owner = this.cluster.client().resources(LogAgent.class).withName("default").get();
    String metadata =
        """
        "metadata":{"name":"node-1","annotations":{"logroute.io/revision":"%s"},"ownerReferences":[{
        "apiVersion":"logroute.io/v1alpha1","kind":"LogAgent","name":"default","uid":"%s",
        "controller":true,"blockOwnerDeletion":false}]}"""
            .formatted(revision(json), owner.getMetadata().getUid());
    Path file = temp.resolve("table.json");
    Files.writeString(file, json.replace("\"metadata\":{\"name\":\"node-1\"}", metadata));
    kubectl
        .run("apply", "--server-side", "--field-manager=logroute-operator", "-f", file.toString())
        .orFail();
  }

  /** As the operator of then made it: 8 bytes of SHA-256 of the table's JSON. */
  private static String revision(String json) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, 8);
  }

  private NodeRouteTable table() {
    return cluster.client().resources(NodeRouteTable.class).withName(OneNode.NAME).get();
  }

  private String ready(String route) {
    return kubectl
        .run(
            "get",
            "logroute",
            route,
            "-o",
            "jsonpath={range .status.conditions[?(@.type==\"Ready\")]}{.status} {.reason}{end}")
        .out();
  }

  private static Path resource(String name) throws IOException {
    return Path.of(
        Objects.requireNonNull(UpgradeIT.class.getResource("version-0.1.0/" + name)).getPath());
  }
}
