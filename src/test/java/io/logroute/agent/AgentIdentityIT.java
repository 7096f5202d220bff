// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Discovered = sent + dropped + lost + lag + not selected, against what the test itself counted
 * when it wrote: contracts section 6, by the metrics and container by container.
 */
class AgentIdentityIT {

  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void shouldAccountForEveryByteThatWasWritten() throws IOException {
    NodeFolders node = new NodeFolders(folder);
    ContainerWriter plain = node.container("team-a", "plain", "app");
    ContainerWriter truncated = node.container("team-a", "truncated", "app");
    ContainerWriter limited = node.container("team-b", "limited", "app");
    List<ContainerWriter> all = List.of(plain, truncated, limited);
    try (CentralPeer centre = CentralPeer.away(folder, "PUSH")) {
      node.route(
          new TableText()
              .endpoint("central", centre, "PUSH")
              .route("all, driver: zmq, endpoint: central, streams: [stdout]")
              .route(
                  "few, driver: zmq, endpoint: central,"
                      + " rateLimit: {linesPerSecond: 1, burst: 10}")
              .pod(
                  "namespace: team-a, name: '*'",
                  "{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}")
              .pod(
                  "namespace: team-b, name: '*'",
                  "{name: '*', routes: [{route: few, tenantId: t, serviceId: few}]}")
              .text());
      for (ContainerWriter writer : all) {
        writer.lines(200).line("stderr", "an error");
      }
      try (AgentProcess agent = AgentProcess.start(node)) {
        awaitMetric(agent, "logroute_agent_lag_bytes", written(all));
        assertThat(accounted(agent)).isEqualTo(written(all));

        long lost = truncated.bytes();
        Files.write(truncated.current(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        awaitMetric(agent, "logroute_agent_lost_bytes_total", lost);
        truncated.lines(3);
        awaitMetric(agent, "logroute_agent_lag_bytes", written(all) - lost);

        centre.start();
        awaitMetric(agent, "logroute_agent_lag_bytes", 0);
        assertThat(accounted(agent)).isEqualTo(written(all));
        assertThat(agent.metric("logroute_agent_dropped_lines_total", "rate_limit"))
            .isEqualTo(201 - 10);
        for (ContainerWriter writer : all) {
          String route = writer == limited ? "few" : "all";
          JsonNode feed = FeedAccounts.feed(agent, writer.key(), route);
          assertThat(FeedAccounts.bytes(feed, "discovered"))
              .as("discovered of %s", writer.key())
              .isEqualTo(writer.bytes());
        }
        FeedAccounts.assertAddUp(agent);
      }
    }
  }

  private static long written(List<ContainerWriter> writers) {
    return writers.stream().mapToLong(ContainerWriter::bytes).sum();
  }

  private static double accounted(AgentProcess agent) {
    return agent.metric("logroute_agent_sent_bytes_total")
        + agent.metric("logroute_agent_dropped_bytes_total")
        + agent.metric("logroute_agent_lost_bytes_total")
        + agent.metric("logroute_agent_lag_bytes")
        + agent.metric("logroute_agent_not_selected_bytes_total");
  }

  private static void awaitMetric(AgentProcess agent, String name, long value) {
    await(name + " " + value).atMost(LONG).until(() -> agent.metric(name) == value);
  }
}
