// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Condition;
import io.logroute.api.v1alpha1.LogAgentStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
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

  /** Whether a status says that the LogAgent may not run, since its nodes have another. */
  public static boolean isRefused(@Nullable LogAgentStatus status) {
    return has(status, "False", Reason.NodesOverlap);
  }

  /**
   * Whether agents may not be run: another LogAgent has some of the nodes, and this spec was not
   * accepted before.
   */
  public static boolean mustRefuse(
      long generation, AgentFindings found, @Nullable LogAgentStatus before) {
    boolean wasAccepted =
        before != null
            && Objects.equals(before.observedGeneration(), generation)
            && has(before, "True", Reason.Accepted);
    return !found.sharedNodes().isEmpty() && !wasAccepted;
  }

  private static boolean has(@Nullable LogAgentStatus status, String value, Reason reason) {
    return status != null
        && requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
            .anyMatch(
                c ->
                    Conditions.ACCEPTED.equals(c.getType())
                        && value.equals(c.getStatus())
                        && reason.name().equals(c.getReason()));
  }

  /**
   * The whole status.
   *
   * @param before the one that stands there now, for the times of its conditions
   */
  public static LogAgentStatus of(
      long generation,
      AgentFindings found,
      Rollout rollout,
      @Nullable LogAgentStatus before,
      Instant now) {
    return new LogAgentStatus(
        generation,
        Conditions.of(
            findings(generation, found, rollout, before),
            generation,
            before == null ? null : before.conditions(),
            now),
        rollout.desired(),
        rollout.ready(),
        rollout.updated());
  }

  private static List<Finding> findings(
      long generation, AgentFindings found, Rollout rollout, @Nullable LogAgentStatus before) {
    if (!found.problems().isEmpty()) {
      return refused(Reason.InvalidSpec, String.join("; ", found.problems()));
    }
    return mustRefuse(generation, found, before)
        ? refused(Reason.NodesOverlap, overlap(found))
        : accepted(found, rollout);
  }

  private static List<Finding> accepted(AgentFindings found, Rollout rollout) {
    boolean programmed = rollout.current() && rollout.updated() >= rollout.desired();
    String updated = rollout.updated() + " of " + rollout.desired() + " agents are up to date";
    return List.of(
        new Finding(Conditions.ACCEPTED, true, Reason.Accepted, "the spec is valid"),
        new Finding(
            Conditions.PROGRAMMED,
            programmed,
            programmed ? Reason.Programmed : Reason.NodesPending,
            updated),
        ready(found, rollout, programmed, updated));
  }

  private static Finding ready(
      AgentFindings found, Rollout rollout, boolean programmed, String updated) {
    if (!found.sharedNodes().isEmpty()) {
      return new Finding(Conditions.READY, false, Reason.NodesOverlap, overlap(found));
    }
    if (!found.oversizedNodes().isEmpty()) {
      return new Finding(
          Conditions.READY,
          false,
          Reason.TableTooLarge,
          "the route tables of "
              + RouteStatuses.named(found.oversizedNodes())
              + " would pass 1 MiB, so that the last ones stay there: put fewer pods on these nodes,"
              + " or use fewer routes");
    }
    if (!programmed) {
      return new Finding(Conditions.READY, false, Reason.NodesPending, updated);
    }
    boolean ready = rollout.ready() >= rollout.desired();
    return new Finding(
        Conditions.READY,
        ready,
        ready ? Reason.Ready : Reason.AgentsNotReady,
        rollout.ready() + " of " + rollout.desired() + " agents are ready");
  }

  private static String overlap(AgentFindings found) {
    int nodes = found.sharedNodes().size();
    return "LogAgent "
        + String.join(", ", found.olderAgents())
        + " covers "
        + (nodes == 1 ? "1 of its nodes" : nodes + " of its nodes")
        + " already, and a node has one agent: change one of the node selectors: "
        + RouteStatuses.named(found.sharedNodes());
  }

  private static List<Finding> refused(Reason reason, String message) {
    return List.of(
        new Finding(Conditions.ACCEPTED, false, reason, message),
        RouteStatuses.notAccepted(Conditions.PROGRAMMED),
        new Finding(Conditions.READY, false, reason, message));
  }
}
