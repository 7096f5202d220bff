// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZMQ;

/** A real agent and a real receiver with CURVE, whose keys are wrong at first and then change. */
class CurveDeliveryIT {

  private static final Duration SOON = Duration.ofSeconds(180);

  @TempDir private Path folder;

  private final ZMQ.Curve.KeyPair server = ZMQ.Curve.generateKeyPair();
  private final ZMQ.Curve.KeyPair own = ZMQ.Curve.generateKeyPair();

  @Test
  void shouldDeliverOnceTheKeysAreRightAndNothingBefore() throws Exception {
    NodeFolders node = new NodeFolders(folder);
    ContainerWriter container = node.container("shop", "web-0", "app");
    Path keys = Files.createDirectories(folder.resolve("keys"));
    Files.writeString(keys.resolve("central.server"), own.publicKey);
    Files.writeString(keys.resolve("central.public"), own.publicKey);
    Files.writeString(keys.resolve("central.secret"), own.secretKey);
    Path key = Files.writeString(folder.resolve("receiver.key"), server.secretKey);
    Path senders = Files.writeString(folder.resolve("senders"), own.publicKey + " t\n");
    try (ReceiverProcess receiver =
        ReceiverProcess.startAcked(
            data(),
            folder.resolve("receiver.log"),
            "--curve-key",
            key.toString(),
            "--curve-senders",
            senders.toString())) {
      node.route(table(receiver.ackedPort()));
      container.lines(500);
      try (AgentProcess agent = AgentProcess.launch(node, "--curve-dir", keys.toString())) {
        await()
            .atMost(SOON)
            .until(() -> receiver.metric("logroute_receiver_curve_failed_handshakes_total") > 0);
        assertThat(receiver.metric("logroute_receiver_acked_sessions_begun_total")).isZero();

        Files.writeString(keys.resolve("central.server"), server.publicKey);
        await()
            .atMost(SOON)
            .until(() -> StoredLines.of(data(), "all", container).equals(container.stdout()));

        Files.writeString(senders, own.publicKey + " another\n");
        await()
            .atMost(SOON)
            .until(
                () ->
                    receiver.metric("logroute_receiver_acked_refusals_total{code=\"not_allowed\"}")
                        > 0);
        assertThat(agent.terminate()).isZero();
      }
      assertThat(receiver.terminate()).isZero();
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private static String table(int port) {
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints:
        - name: central
          addresses: ['tcp://127.0.0.1:%d']
          delivery: AtLeastOnce
          curve: central
      routes: [{name: all, driver: zmq, endpoint: central}]
      pods:
        - namespace: '*'
          name: '*'
          containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
    """
        .formatted(port);
  }
}
