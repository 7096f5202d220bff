// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** What an agent says about each route's reading of each container, added up. */
final class FeedAccounts {

  private FeedAccounts() {}

  /** Waits until nothing lags, then holds every feed to the identity of contracts section 6. */
  static void assertAddUp(AgentProcess agent) {
    await("no lag").atMost(Duration.ofSeconds(60)).until(() -> lag(agent) == 0);
    for (JsonNode container : agent.containers()) {
      for (JsonNode route : container.get("routes")) {
        long accounted =
            bytes(route, "sent")
                + bytes(route, "dropped")
                + bytes(route, "lost")
                + bytes(route, "lag")
                + bytes(route, "notSelected")
                + bytes(route, "repeated");
        assertThat(accounted)
            .as("%s by %s", container.get("container"), route)
            .isEqualTo(bytes(route, "discovered"));
      }
    }
  }

  /** The same, and what was discovered of a container by a route is what was written. */
  static void assertDiscovered(AgentProcess agent, ContainerWriter writer, String route) {
    assertAddUp(agent);
    assertThat(bytes(feed(agent, writer.key(), route), "discovered")).isEqualTo(writer.bytes());
  }

  static JsonNode feed(AgentProcess agent, String container, String route) {
    for (JsonNode entry : agent.containers()) {
      if (entry.get("container").asText().equals(container)) {
        for (JsonNode feed : entry.get("routes")) {
          if (feed.get("route").asText().equals(route)) {
            return feed;
          }
        }
      }
    }
    throw new AssertionError("no route " + route + " of " + container);
  }

  static long bytes(JsonNode feed, String what) {
    return feed.get(what + "Bytes").asLong();
  }

  private static long lag(AgentProcess agent) {
    long lag = 0;
    for (JsonNode container : agent.containers()) {
      for (JsonNode route : container.get("routes")) {
        lag += bytes(route, "lag");
      }
    }
    return lag;
  }
}
