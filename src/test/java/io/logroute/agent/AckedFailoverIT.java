// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent of an endpoint with two addresses, each with a receiver of its own behind it: when one
 * is stopped or killed, delivery goes on at the other.
 */
class AckedFailoverIT {

  private static final Duration SOON = Duration.ofSeconds(180);

  @TempDir private Path folder;

  private final CuttingProxy[] proxies = {new CuttingProxy(), new CuttingProxy()};
  private final ReceiverProcess[] receivers = new ReceiverProcess[2];
  private NodeFolders node;
  private ContainerWriter container;
  private AgentProcess agent;
  private int starts;

  @BeforeEach
  void start() {
    node = new NodeFolders(folder);
    container = node.container("shop", "web-0", "app");
    node.route(
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          endpoints:
            - name: central
              addresses: ['tcp://127.0.0.1:%d', 'tcp://127.0.0.1:%d']
              delivery: AtLeastOnce
          routes: [{name: all, driver: zmq, endpoint: central}]
          pods:
            - namespace: '*'
              name: '*'
              containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
        """
            .formatted(proxies[0].port(), proxies[1].port()));
    startReceiver(0);
    startReceiver(1);
    agent = AgentProcess.launch(node);
  }

  private void startReceiver(int number) {
    Path log = folder.resolve("receiver-" + number + "-" + starts++ + ".log");
    receivers[number] = ReceiverProcess.start(data(number), log);
    proxies[number].leadTo(receivers[number].ackedPort());
  }

  private Path data(int number) {
    return folder.resolve("data-" + number);
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    for (int i = 0; i < 2; i++) {
      receivers[i].close();
      proxies[i].close();
    }
  }

  @Test
  void shouldGoOnAtTheOtherReceiverWhenOneIsStoppedOrKilled() throws Exception {
    writeUntilDelivered();
    int first = sessions(0) > 0 ? 0 : 1;
    int other = 1 - first;
    assertThat(sessions(other)).isZero();

    Thread writer = Thread.ofPlatform().start(() -> container.lines(20_000));
    assertThat(receivers[first].terminate()).isZero();
    writer.join();
    writeUntilDelivered();
    assertThat(sessions(other)).isPositive();
    assertThat(stored()).containsExactlyInAnyOrderElementsOf(container.stdout());

    startReceiver(first);
    writer = Thread.ofPlatform().start(() -> container.lines(20_000));
    receivers[other].kill();
    writer.join();
    writeUntilDelivered();
    assertThat(sessions(first)).isPositive();
    assertThat(new HashSet<>(stored())).containsExactlyInAnyOrderElementsOf(container.stdout());
    startReceiver(other);
  }

  private void writeUntilDelivered() {
    container.lines(1000);
    await().atMost(SOON).until(() -> new HashSet<>(stored()).size() == container.stdout().size());
  }

  private double sessions(int number) {
    return receivers[number].metric("logroute_receiver_acked_sessions");
  }

  /** What both have, the first one's lines first. */
  private List<String> stored() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      lines.addAll(StoredLines.of(data(i), "all", container));
    }
    lines.sort(Comparator.naturalOrder());
    return lines;
  }
}
