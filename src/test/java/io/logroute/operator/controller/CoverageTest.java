// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogAgent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTest {

  @Test
  void shouldCoverLinuxNodesThatTheSelectorNames() {
    LogAgent poolA = agent("a", "2026-01-02T00:00:00Z", "{nodeSelector: {pool: a}}");

    assertThat(Coverage.of(node(Map.of("pool", "a")), List.of(poolA))).contains(poolA);
    assertThat(Coverage.of(node(Map.of("pool", "b")), List.of(poolA))).isEmpty();
    assertThat(
            Coverage.of(node(Map.of("pool", "a", "kubernetes.io/os", "windows")), List.of(poolA)))
        .isEmpty();
  }

  @Test
  void shouldGiveANodeToTheOldestOfSeveral() {
    LogAgent young = agent("a", "2026-01-03T00:00:00Z", "{}");
    LogAgent old = agent("b", "2026-01-02T00:00:00Z", "{}");
    LogAgent invalid = agent("c", "2026-01-01T00:00:00Z", "{stateDir: here}");

    assertThat(Coverage.of(node(Map.of()), List.of(young, invalid, old))).contains(old);
  }

  private static Node node(Map<String, String> labels) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("n")
        .withLabels(labels)
        .endMetadata()
        .build();
  }

  private static LogAgent agent(String name, String created, String spec) {
    return Serialization.unmarshal(
        "metadata: {name: %s, creationTimestamp: '%s'}\nspec: %s".formatted(name, created, spec),
        LogAgent.class);
  }
}
