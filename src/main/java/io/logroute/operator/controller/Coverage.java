// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.Placement;
import io.logroute.operator.status.AgentStatuses;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which LogAgent covers a node. Of several the oldest does, then the first by name. A LogAgent that
 * would share nodes with an older one is not accepted, and covers nothing; one that was accepted
 * and comes to share nodes later, since somebody labelled a node, keeps its other nodes and says
 * so.
 */
final class Coverage {

  private static final Comparator<LogAgent> OLDEST =
      Comparator.<LogAgent, String>comparing(
              agent -> String.valueOf(agent.getMetadata().getCreationTimestamp()))
          .thenComparing(agent -> agent.getMetadata().getName());

  private Coverage() {}

  /**
   * Nodes that two LogAgents would share.
   *
   * @param older the names of the LogAgents that have them
   */
  record Overlap(SortedSet<String> nodes, SortedSet<String> older) {}

  static Optional<LogAgent> of(Node node, Collection<LogAgent> agents) {
    return agents.stream()
        .filter(agent -> !AgentStatuses.isRefused(agent.getStatus()))
        .filter(agent -> covers(agent, node))
        .min(OLDEST);
  }

  /** The nodes that an agent would share with older ones. */
  static Overlap overlap(LogAgent agent, Collection<Node> nodes, Collection<LogAgent> agents) {
    TreeMap<String, String> shared = new TreeMap<>();
    for (Node node : nodes) {
      if (covers(agent, node)) {
        agents.stream()
            .filter(other -> OLDEST.compare(other, agent) < 0)
            .filter(other -> !AgentStatuses.isRefused(other.getStatus()))
            .filter(other -> covers(other, node))
            .min(OLDEST)
            .ifPresent(
                other -> shared.put(node.getMetadata().getName(), other.getMetadata().getName()));
      }
    }
    return new Overlap(new TreeSet<>(shared.keySet()), new TreeSet<>(shared.values()));
  }

  private static boolean covers(LogAgent agent, Node node) {
    LogAgentSpec spec = Objects.requireNonNullElse(agent.getSpec(), LogAgentSpec.DEFAULT);
    return agent.getMetadata().getDeletionTimestamp() == null
        && AgentRules.check(agent).isEmpty()
        && Placement.covers(spec, node);
  }
}
