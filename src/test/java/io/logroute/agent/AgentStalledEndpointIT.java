// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One endpoint stands still while another flows; when it is back everything arrives there too,
 * although the files were rotated, compressed and deleted meanwhile; issue 4, point 4.
 */
class AgentStalledEndpointIT {

  private static final Duration LONG = Duration.ofSeconds(180);
  private static final int ROTATIONS = 12;

  @TempDir Path folder;

  @Test
  void shouldHarmNobodyElseAndCatchUpWhenAnEndpointStandsStill() throws IOException {
    NodeFolders node = new NodeFolders(folder);
    ContainerWriter living = node.container("team-a", "web", "app");
    ContainerWriter dying = node.container("team-a", "job", "app");
    Path data = folder.resolve("data");
    CuttingProxy proxy = new CuttingProxy();
    ReceiverProcess first = ReceiverProcess.start(data, folder.resolve("first.log"));
    proxy.leadTo(first.ackedPort());
    try (CentralPeer fast = CentralPeer.start(folder, "PUSH")) {
      node.route(table(fast, proxy.port()));
      try (AgentProcess agent = AgentProcess.start(node)) {
        living.lines(100);
        dying.lines(100);
        fast.awaitCount(200);
        await().atMost(LONG).until(() -> StoredLines.of(data, "slow", living).size() == 100);
        first.kill();

        for (int rotation = 0; rotation < ROTATIONS; rotation++) {
          for (ContainerWriter writer : List.of(living, dying)) {
            writer.lines(5_000);
            awaitFast(fast, living, dying);
            writer.rotate();
            deleteOldest(writer);
          }
        }
        living.lines(10);
        dying.lines(10);
        awaitFast(fast, living, dying);
        dying.deletePod();
        await().atMost(LONG).until(() -> held(agent) > 5_000 * 80 * ROTATIONS);
        assertThat(agent.metric("logroute_agent_lag_bytes", "slow")).isPositive();
        await().atMost(LONG).until(() -> agent.metric("logroute_agent_lag_bytes", "fast") == 0);

        try (ReceiverProcess back = ReceiverProcess.start(data, folder.resolve("back.log"))) {
          proxy.leadTo(back.ackedPort());
          await().atMost(LONG).until(() -> agent.metric("logroute_agent_lag_bytes") == 0);
          await().atMost(LONG).until(() -> held(agent) == 0);
          FeedAccounts.assertDiscovered(agent, living, "slow");
          FeedAccounts.assertDiscovered(agent, living, "fast");
        }
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
      }
      CentralPeer.assertSame(StoredLines.of(data, "slow", living), living.stdout());
      CentralPeer.assertSame(StoredLines.of(data, "slow", dying), dying.stdout());
    } finally {
      first.close();
      proxy.close();
    }
  }

  private static double held(AgentProcess agent) {
    return agent.metric("logroute_agent_held_unlinked_bytes");
  }

  private static void awaitFast(CentralPeer fast, ContainerWriter... writers) {
    long lines = Stream.of(writers).mapToLong(writer -> writer.stdout().size()).sum();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> fast.received().size() == lines);
  }

  /** As the kubelet does: five files at most. */
  private static void deleteOldest(ContainerWriter writer) throws IOException {
    try (Stream<Path> files = Files.list(writer.folder())) {
      List<Path> rotated = files.filter(file -> !file.equals(writer.current())).sorted().toList();
      for (int i = 0; i < rotated.size() - 4; i++) {
        Files.delete(rotated.get(i));
      }
    }
  }

  private static String table(CentralPeer fast, int slowPort) {
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints:
        - {name: fast, addresses: ['%s'], socket: PUSH}
        - {name: slow, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}
      routes:
        - {name: fast, driver: zmq, endpoint: fast}
        - {name: slow, driver: zmq, endpoint: slow}
      pods:
        - namespace: '*'
          name: '*'
          containers:
            - name: '*'
              routes:
                - {route: fast, tenantId: t, serviceId: app}
                - {route: slow, tenantId: t, serviceId: app}
    """
        .formatted(fast.address(), slowPort);
  }
}
