// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every rule of a LogAgent's spec, for the operator and {@code lint}. */
public final class AgentRules {

  private AgentRules() {}

  /** All that is wrong with a spec, sorted by field; an absent one is all defaults. */
  public static List<SpecProblem> check(@Nullable LogAgentSpec spec) {
    if (spec == null) {
      return List.of();
    }
    List<SpecProblem> problems = new ArrayList<>();
    Map.of(
            "stateDir", spec.stateDirOrDefault(),
            "podsDir", spec.podsDirOrDefault(),
            "containersDir", spec.containersDirOrDefault())
        .forEach((field, folder) -> folder(field, folder, problems));
    problems.addAll(EndpointRules.atLeastOneByte("heldBytes", spec.heldBytes()));
    return SpecProblem.sorted(problems);
  }

  /** All that is wrong with a LogAgent as the operator read it. */
  public static List<SpecProblem> check(LogAgent agent) {
    return Unreadable.problem(agent, agent.getSpec() != null)
        .map(List::of)
        .orElseGet(() -> check(agent.getSpec()));
  }

  private static void folder(String field, String folder, List<SpecProblem> problems) {
    if (!folder.startsWith("/")) {
      problems.add(
          new SpecProblem(
              field, "stateDir, podsDir and containersDir are absolute paths of the node"));
    } else if (List.of(folder.split("/")).contains("..")) {
      problems.add(new SpecProblem(field, field + ": a path of the node has no .. in it"));
    }
  }
}
