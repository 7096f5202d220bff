// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.operator.status.RouteFindings.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A route's findings become its status. */
public final class RouteStatuses {

  /** So many problems are told; the agents' metrics have all. */
  static final int MAX_PROBLEMS = 10;

  private static final int MAX_NAMED = 3;

  private RouteStatuses() {}

  /**
   * The whole status.
   *
   * @param before the one that stands there now, for the times of its conditions
   */
  public static LogRouteStatus of(
      RouteFindings found, @Nullable LogRouteStatus before, Instant now) {
    Finding accepted = accepted(found);
    Finding resolved = resolved(found);
    Finding programmed = programmed(found);
    List<Finding> findings =
        List.of(accepted, resolved, programmed, ready(found, accepted, resolved, programmed));
    List<Problem> problems = problems(found);
    return new LogRouteStatus(
        found.generation(),
        Conditions.of(
            findings, found.generation(), before == null ? null : before.conditions(), now),
        found.matchedPods(),
        new LogRouteStatus.Nodes(
            found.desiredNodes().size(), found.desiredNodes().size() - found.pendingNodes().size()),
        found.tenant(),
        found.service(),
        found.endpoint(),
        problems.isEmpty() ? null : problems);
  }

  private static Finding accepted(RouteFindings found) {
    if (found.refusals().isEmpty()) {
      return new Finding(
          Conditions.ACCEPTED, true, Reason.Accepted, "the route is valid and allowed");
    }
    return new Finding(
        Conditions.ACCEPTED,
        false,
        found.refusals().getFirst().reason(),
        found.refusals().stream().map(Refusal::sentence).collect(Collectors.joining("; ")));
  }

  private static Finding resolved(RouteFindings found) {
    if (!found.refusals().isEmpty()) {
      return notAccepted(Conditions.RESOLVED_REFS);
    }
    Refusal unresolved = found.unresolved();
    return unresolved == null
        ? new Finding(
            Conditions.RESOLVED_REFS, true, Reason.Resolved, "what the route refers to is there")
        : new Finding(Conditions.RESOLVED_REFS, false, unresolved.reason(), unresolved.sentence());
  }

  private static Finding programmed(RouteFindings found) {
    if (!found.refusals().isEmpty()) {
      return notAccepted(Conditions.PROGRAMMED);
    }
    if (found.unresolved() != null) {
      return notResolved(Conditions.PROGRAMMED);
    }
    if (found.matchedPods() == 0) {
      return new Finding(
          Conditions.PROGRAMMED,
          true,
          Reason.NoMatchingPods,
          "no pod has a container that the route selects");
    }
    if (found.overriddenPods() == found.matchedPods()) {
      return new Finding(
          Conditions.PROGRAMMED,
          true,
          Reason.Overridden,
          "every container that the route selects is left to " + named(found.overriding()));
    }
    int desired = found.desiredNodes().size();
    if (found.pendingNodes().isEmpty()) {
      return new Finding(
          Conditions.PROGRAMMED,
          true,
          Reason.Programmed,
          desired == 1 ? "1 node runs this generation" : desired + " nodes run this generation");
    }
    String ofAll = " of " + desired + (desired == 1 ? " node" : " nodes");
    if (!found.oversizedNodes().isEmpty()) {
      return new Finding(
          Conditions.PROGRAMMED,
          false,
          Reason.TableTooLarge,
          "the route table of "
              + found.oversizedNodes().size()
              + ofAll
              + " would pass 1 MiB, so that the last one stays there: put fewer pods on them, or use"
              + " fewer routes: "
              + named(found.oversizedNodes()));
    }
    return found.uncoveredNodes().isEmpty()
        ? new Finding(
            Conditions.PROGRAMMED,
            false,
            Reason.NodesPending,
            found.pendingNodes().size()
                + ofAll
                + " not yet at this generation: "
                + named(found.pendingNodes()))
        : new Finding(
            Conditions.PROGRAMMED,
            false,
            Reason.NoLogAgent,
            "no LogAgent covers "
                + found.uncoveredNodes().size()
                + ofAll
                + ", ask the platform team for one: "
                + named(found.uncoveredNodes()));
  }

  static String named(SortedSet<String> all) {
    String names = all.stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
    return all.size() > MAX_NAMED ? names + ", …" : names;
  }

  private static Finding ready(
      RouteFindings found, Finding accepted, Finding resolved, Finding programmed) {
    for (Finding earlier : List.of(accepted, resolved, programmed)) {
      if (!earlier.met()) {
        return new Finding(Conditions.READY, false, earlier.reason(), earlier.message());
      }
    }
    if (!found.nodeProblems().isEmpty()) {
      Problem first = found.nodeProblems().getFirst();
      return new Finding(
          Conditions.READY,
          false,
          Reason.NodeTrouble,
          "node " + first.node() + " reports: " + first.message());
    }
    if (programmed.reason() != Reason.Programmed) {
      return new Finding(Conditions.READY, true, programmed.reason(), programmed.message());
    }
    return new Finding(
        Conditions.READY,
        true,
        Reason.Ready,
        found.overriding().isEmpty()
            ? "lines are routed"
            : "lines are routed, but for containers that are left to " + named(found.overriding()));
  }

  private static List<Problem> problems(RouteFindings found) {
    Stream<Problem> ofPods =
        found.podProblems().stream().map(sentence -> new Problem(null, null, sentence));
    return new ArrayList<>(
        Stream.concat(found.nodeProblems().stream(), ofPods).limit(MAX_PROBLEMS).toList());
  }

  static Finding notAccepted(String type) {
    return new Finding(type, false, Reason.NotAccepted, "not looked at: the spec is not accepted");
  }

  private static Finding notResolved(String type) {
    return new Finding(
        type, false, Reason.NotResolved, "no node is told: what the route refers to is not there");
  }
}
