// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentStatus;
import io.logroute.operator.status.AgentFindings;
import io.logroute.operator.status.AgentStatuses;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void shouldRefuseAnAgentThatWouldShareNodesAndLeaveThemToTheOlderOne() {
    LogAgent old = agent("old", "2026-01-01T00:00:00Z", "{nodeSelector: {pool: a}}");
    LogAgent young = agent("young", "2026-01-02T00:00:00Z", "{}");
    List<LogAgent> both = List.of(young, old);
    List<Node> nodes = List.of(node(Map.of("pool", "a")), other());

    assertThat(Coverage.overlap(young, nodes, both).nodes()).containsExactly("n");
    assertThat(Coverage.overlap(young, nodes, both).older()).containsExactly("old");
    assertThat(Coverage.overlap(old, nodes, both).nodes()).isEmpty();

    LogAgentStatus refused = status(young, nodes, both, 1);
    assertThat(AgentStatuses.isRefused(refused)).isTrue();
    assertThat(message(refused, "Ready"))
        .isEqualTo(
            "LogAgent old covers 1 of its nodes already, and a node has one agent: change one of"
                + " the node selectors: n");
    young.setStatus(refused);
    assertThat(Coverage.of(other(), both)).as("a refused one covers nothing").isEmpty();
    assertThat(Coverage.of(node(Map.of("pool", "a")), both)).contains(old);
  }

  @Test
  void shouldKeepAnAcceptedAgentWhenANodeIsLabelledInto() {
    LogAgent old = agent("old", "2026-01-01T00:00:00Z", "{nodeSelector: {pool: a}}");
    LogAgent young = agent("young", "2026-01-02T00:00:00Z", "{}");
    List<LogAgent> both = List.of(young, old);
    young.setStatus(status(young, List.of(other()), both, 1));
    assertThat(AgentStatuses.isRefused(young.getStatus())).isFalse();

    List<Node> nodes = List.of(node(Map.of("pool", "a")), other());
    young.setStatus(status(young, nodes, both, 1));

    assertThat(Coverage.of(other(), both)).contains(young);
    assertThat(message(young.getStatus(), "Ready"))
        .startsWith("LogAgent old covers 1 of its nodes");
    assertThat(AgentStatuses.isRefused(status(young, nodes, both, 2)))
        .as("a changed spec is judged anew")
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {tolerations: []}                                                        | false
          {tolerations: [{key: dedicated, operator: Exists}]}                      | true
          {tolerations: [{key: dedicated, value: gpu, effect: NoSchedule}]}        | true
          {tolerations: [{key: dedicated, value: cpu}]}                            | false
          {tolerations: [{operator: Exists, effect: NoExecute}]}                   | false
          {tolerations: [{operator: Exists}]}                                      | true
          {}                                                                       | true
          {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: cores, operator: Gt, values: ['8']}]}]}}}} | true
          {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: cores, operator: Lt, values: ['8']}]}]}}}} | false
          {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: no, operator: Exists}]}, {matchFields: [{key: metadata.name, operator: In, values: [tainted]}]}]}}}} | true
          {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}]}}}} | false
          """)
  void shouldCoverANodeAsTheDaemonSetControllerDoes(String spec, boolean covered) {
    Node tainted =
        new NodeBuilder()
            .withNewMetadata()
            .withName("tainted")
            .withLabels(Map.of("cores", "16"))
            .endMetadata()
            .withNewSpec()
            .addNewTaint("NoSchedule", "dedicated", null, "gpu")
            .addNewTaint("NoSchedule", "node.kubernetes.io/unschedulable", null, "")
            .addNewTaint("PreferNoSchedule", "soft", null, "")
            .endSpec()
            .build();

    assertThat(Coverage.of(tainted, List.of(agent("a", "2026-01-01T00:00:00Z", spec))).isPresent())
        .isEqualTo(covered);
  }

  private static LogAgentStatus status(
      LogAgent agent, List<Node> nodes, List<LogAgent> all, long generation) {
    Coverage.Overlap overlap = Coverage.overlap(agent, nodes, all);
    return AgentStatuses.of(
        generation,
        new AgentFindings(List.of(), overlap.nodes(), overlap.older(), new TreeSet<>()),
        AgentStatuses.Rollout.UNKNOWN,
        agent.getStatus(),
        Instant.EPOCH);
  }

  private static String message(LogAgentStatus status, String type) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(c -> c.getType().equals(type))
        .findFirst()
        .orElseThrow()
        .getMessage();
  }

  private static Node other() {
    return new NodeBuilder().withNewMetadata().withName("other").endMetadata().build();
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
