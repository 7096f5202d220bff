// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.SmallDisk;
import io.logroute.receiver.ReceiverProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of a receiver is full: nothing is acknowledged any more, it says so, and goes on by
 * itself when there is room, also when it was started on the full disk; what the agent has not been
 * acknowledged is stored once, over a kill as well.
 */
class ReceiverFullDiskIT {

  private static final Duration LONG = Duration.ofSeconds(120);
  private static final int LINES = 120_000;

  @TempDir private Path folder;

  private Path data;
  private SmallDisk disk;

  @BeforeEach
  void mountSmallDisk() throws Exception {
    data = folder.resolve("data");
    disk = SmallDisk.mount(data, "3m");
  }

  @AfterEach
  void unmount() {
    disk.close();
  }

  @Test
  void shouldAcknowledgeNothingWhileTheDiskIsFullAndGoOnWhenThereIsRoom() throws Exception {
    NodeFolders node = new NodeFolders(folder);
    ContainerWriter web = node.container("shop", "web", "app");
    CuttingProxy proxy = new CuttingProxy();
    node.route(
        new TableText()
            .acked("central", proxy.port())
            .route("all, driver: zmq, endpoint: central")
            .all("{route: all, tenantId: t, serviceId: app}")
            .text());
    ReceiverProcess receiver = ReceiverProcess.start(data, folder.resolve("first.log"));
    proxy.leadTo(receiver.ackedPort());
    try (AgentProcess agent = AgentProcess.start(node)) {
      web.lines(LINES);
      awaitFull(receiver);
      double sentToFull = sent(agent);
      assertThat(sentToFull).isLessThan(LINES);

      disk.resize("10m");
      await("more of it").atMost(LONG).until(() -> sent(agent) > sentToFull);
      awaitFull(receiver);
      assertThat(receiver.log()).doesNotContain("\tat ");
      receiver.kill();

      receiver = ReceiverProcess.start(data, folder.resolve("second.log"));
      proxy.leadTo(receiver.ackedPort());
      awaitFull(receiver);
      assertThat(receiver.get("/api/v1/tenants/t/services/app/logs?limit=10").body())
          .contains("\"pod\"");
      disk.resize("64m");
      await("all of it").atMost(LONG).until(() -> sent(agent) == LINES);
      List<String> stored = StoredLines.of(data, "all", web);
      assertThat(stored).hasSize(LINES).hasSameSizeAs(new HashSet<>(stored));
      assertThat(stored).isEqualTo(web.stdout());
    } finally {
      receiver.close();
      proxy.close();
    }
  }

  private static void awaitFull(ReceiverProcess receiver) {
    await("a word about it")
        .atMost(LONG)
        .until(() -> receiver.get("/readyz").body().contains("No space left"));
  }

  private static double sent(AgentProcess agent) {
    return agent.metric("logroute_agent_sent_lines_total");
  }
}
