// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import io.logroute.api.v1alpha1.Problem;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What was found about a route, in the cluster and on its nodes.
 *
 * @param generation of the route that this speaks of
 * @param refusals why it is not accepted; empty when it is
 * @param unresolved why its endpoint cannot be used; absent when it can
 * @param matchedPods pods with a container that it selects
 * @param overriddenPods those of them that leave all their containers to other routes
 * @param overriding those routes, as {@code LogRoute team-a/web}
 * @param desiredNodes nodes that have such pods
 * @param pendingNodes those of them that do not run this generation yet
 * @param uncoveredNodes those of them that no LogAgent covers
 * @param oversizedNodes those of them whose table would be too large to be written
 * @param nodeProblems what agents report
 * @param podProblems what the operator found in single pods, such as an id that had to be replaced
 * @param tenant where the tenant id comes from, in short
 * @param service where the service id comes from, in short
 * @param endpoint where lines go, in short
 */
public record RouteFindings(
    long generation,
    List<Refusal> refusals,
    @Nullable Refusal unresolved,
    int matchedPods,
    int overriddenPods,
    SortedSet<String> overriding,
    SortedSet<String> desiredNodes,
    SortedSet<String> pendingNodes,
    SortedSet<String> uncoveredNodes,
    SortedSet<String> oversizedNodes,
    List<Problem> nodeProblems,
    SortedSet<String> podProblems,
    String tenant,
    String service,
    String endpoint) {

  public RouteFindings {
    refusals = List.copyOf(refusals);
    nodeProblems = List.copyOf(nodeProblems);
  }

  /** A reason and its sentence. */
  public record Refusal(Reason reason, String sentence) {}
}
