// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import io.logroute.operator.compile.AgentRules;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Which LogAgent covers a node. Of several the oldest does, then the first by name. */
final class Coverage {

  private static final String OS_LABEL = "kubernetes.io/os";

  private static final Comparator<LogAgent> OLDEST =
      Comparator.<LogAgent, String>comparing(
              agent -> String.valueOf(agent.getMetadata().getCreationTimestamp()))
          .thenComparing(agent -> agent.getMetadata().getName());

  private Coverage() {}

  static Optional<LogAgent> of(Node node, Collection<LogAgent> agents) {
    return agents.stream().filter(agent -> covers(agent, node)).min(OLDEST);
  }

  private static boolean covers(LogAgent agent, Node node) {
    LogAgentSpec spec = Objects.requireNonNullElse(agent.getSpec(), LogAgentSpec.DEFAULT);
    Map<String, String> labels =
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
    return agent.getMetadata().getDeletionTimestamp() == null
        && AgentRules.check(spec).isEmpty()
        && labels.getOrDefault(OS_LABEL, "linux").equals("linux")
        && labels.entrySet().containsAll(spec.nodeSelectorOrEmpty().entrySet());
  }
}
