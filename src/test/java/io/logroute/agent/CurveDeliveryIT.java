// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZMQ;

/**
 * A real agent and a real receiver with CURVE, whose keys are missing at first, then wrong, then
 * right, and then others. They are mounted as the kubelet mounts a Secret: behind a symbolic link
 * that it turns (kubelet's {@code AtomicWriter}).
 */
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
            .until(() -> agent.log().contains("central.server is missing; in a cluster"));

        mount(keys, own.publicKey, own);
        await()
            .atMost(SOON)
            .until(() -> receiver.metric("logroute_receiver_curve_failed_handshakes_total") > 0);
        assertThat(receiver.metric("logroute_receiver_acked_sessions_begun_total")).isZero();

        mount(keys, server.publicKey, own);
        awaitAll(container);
        await().atMost(SOON).until(() -> agent.log().contains("endpoint central takes lines"));

        ZMQ.Curve.KeyPair next = ZMQ.Curve.generateKeyPair();
        mount(keys, server.publicKey, next);
        Files.writeString(senders, next.publicKey + " t\n");
        container.lines(500);
        awaitAll(container);

        Files.writeString(senders, next.publicKey + " another\n");
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

  private void awaitAll(ContainerWriter container) {
    await()
        .atMost(SOON)
        .until(() -> StoredLines.of(data(), "all", container).equals(container.stdout()));
  }

  private void mount(Path keys, String serverKey, ZMQ.Curve.KeyPair agents) throws IOException {
    Path version = Files.createTempDirectory(keys, "..2026_");
    Files.writeString(version.resolve("central.server"), serverKey);
    Files.writeString(version.resolve("central.public"), agents.publicKey);
    Files.writeString(version.resolve("central.secret"), agents.secretKey);
    Path turned = Files.createSymbolicLink(keys.resolve("..data_tmp"), version.getFileName());
    Files.move(turned, keys.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    for (String name : List.of("central.server", "central.public", "central.secret")) {
      if (!Files.isSymbolicLink(keys.resolve(name))) {
        Files.createSymbolicLink(keys.resolve(name), Path.of("..data", name));
      }
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
