// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import io.logroute.api.v1alpha1.LogAgentStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found about a LogAgent becomes its status. */
public final class AgentStatuses {

  private AgentStatuses() {}

  /**
   * Counts of a DaemonSet's nodes.
   *
   * @param current whether the counts speak of the DaemonSet as it was written last
   */
  public record Rollout(boolean current, int desired, int ready, int updated) {

    /** Of a DaemonSet that nobody has looked at yet. */
    public static final Rollout UNKNOWN = new Rollout(false, 0, 0, 0);
  }

  /**
   * The whole status.
   *
   * @param problems of the spec, as sentences; empty when it is valid
   * @param before the one that stands there now, for the times of its conditions
   */
  public static LogAgentStatus of(
      long generation,
      List<String> problems,
      Rollout rollout,
      @Nullable LogAgentStatus before,
      Instant now) {
    List<Finding> findings =
        problems.isEmpty() ? valid(rollout) : invalid(String.join("; ", problems));
    return new LogAgentStatus(
        generation,
        Conditions.of(findings, generation, before == null ? null : before.conditions(), now),
        rollout.desired(),
        rollout.ready(),
        rollout.updated());
  }

  private static List<Finding> valid(Rollout rollout) {
    boolean programmed = rollout.current() && rollout.updated() >= rollout.desired();
    boolean ready = programmed && rollout.ready() >= rollout.desired();
    String updated = rollout.updated() + " of " + rollout.desired() + " agents are up to date";
    String running = rollout.ready() + " of " + rollout.desired() + " agents are ready";
    return List.of(
        new Finding(Conditions.ACCEPTED, true, Reason.Accepted, "the spec is valid"),
        new Finding(
            Conditions.PROGRAMMED,
            programmed,
            programmed ? Reason.Programmed : Reason.NodesPending,
            updated),
        new Finding(
            Conditions.READY,
            ready,
            ready ? Reason.Ready : programmed ? Reason.AgentsNotReady : Reason.NodesPending,
            programmed ? running : updated));
  }

  private static List<Finding> invalid(String message) {
    return List.of(
        new Finding(Conditions.ACCEPTED, false, Reason.InvalidSpec, message),
        RouteStatuses.notAccepted(Conditions.PROGRAMMED),
        new Finding(Conditions.READY, false, Reason.InvalidSpec, message));
  }
}
