// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static io.logroute.cluster.OneNode.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operator, API server and etcd are killed one after the other, on a cluster of their own, while
 * pods write and an agent with nothing but its own rights forwards. Each time a pod starts
 * meanwhile. At the end every line of every pod has arrived, once and in order.
 */
@Timeout(600)
class ControlPlaneOutagesIT {

  /** Longer than the 10 s after which an operator that cannot renew its Lease gives up. */
  private static final Duration ETCD_AWAY = Duration.ofSeconds(14);

  @TempDir Path temp;

  private ControlPlane cluster;
  private OneNode node;
  private LogRouteProcess operator;
  private LogRouteProcess agent;

  @BeforeEach
  void startAll() throws Exception {
    cluster = ControlPlane.start();
    node =
        new OneNode(
            cluster,
            temp,
            ClusterScript.CHECKOUT.resolve(
                "target/outages/" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
    cluster
        .kubectl()
        .apply(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: node-1, labels: {kubernetes.io/os: linux}}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogAgent
            metadata: {name: default}
            spec: {}
            ---
            apiVersion: logroute.io/v1alpha1
            kind: LogRoute
            metadata: {name: all, namespace: default}
            spec: {tenantId: {value: acme}, serviceId: {fromLabel: app}, zmqAddress: "%s"}
            """
                .formatted(node.address()))
        .orFail();
    operator = node.startOperator();
    agent = node.startAgent();
  }

  @AfterEach
  void stopAll() {
    agent.close();
    operator.close();
    node.close();
    cluster.close();
  }

  @Test
  void shouldLoseNoLineWhateverOfTheControlPlaneIsKilled() throws Exception {
    node.startPod("first");
    awaitLinesOf("first");

    operator.kill();
    node.startPod("without-operator");
    awaitWritten("without-operator", 100);
    assertThat(linesOf("without-operator")).as("nobody has decided it yet").isEmpty();
    operator = node.startOperator();
    awaitLinesOf("without-operator");

    node.createPod("without-api-server");
    cluster.killApiServer();
    node.writeLog("without-api-server");
    awaitWritten("without-api-server", 300);
    assertLinesGoOn();
    cluster.startApiServer();
    awaitLinesOf("without-api-server");
    node.startPod("after-api-server");
    awaitLinesOf("after-api-server");

    node.createPod("without-etcd");
    cluster.killEtcd();
    node.writeLog("without-etcd");
    awaitWritten("without-etcd", ETCD_AWAY.toMillis() / OneNode.WRITE_INTERVAL_MS);
    assertLinesGoOn();
    cluster.startEtcd();
    awaitLinesOf("without-etcd");
    node.startPod("after-etcd");
    awaitLinesOf("after-etcd");

    node.stopWriting();
    for (String pod : node.pods()) {
      soon().untilAsserted(() -> assertThat(linesOf(pod)).as(pod).hasSize(node.written(pod)));
      assertThat(linesOf(pod)).as(pod).isEqualTo(node.writtenLines(pod));
    }
    assertThat(agent.isAlive()).isTrue();
    assertThat(operator.isAlive()).isTrue();
    assertThat(operator.log()).as("no stack trace").noneMatch(line -> line.startsWith("\tat "));
  }

  private void awaitWritten(String pod, long lines) {
    soon().until(() -> node.written(pod) >= lines);
  }

  private void awaitLinesOf(String pod) {
    soon().until(() -> !linesOf(pod).isEmpty());
  }

  private void assertLinesGoOn() throws IOException {
    int now = linesOf("first").size();
    soon().until(() -> linesOf("first").size() > now + 50);
  }

  private List<String> linesOf(String pod) throws IOException {
    return node.linesOf("acme", pod);
  }
}
