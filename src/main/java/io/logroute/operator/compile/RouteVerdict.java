// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.table.NodeRouteTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route is worth before any pod is looked at.
 *
 * @param refusals why it is not accepted; empty when it is
 * @param unresolved why its endpoint cannot be used; absent when it can, or none is needed
 * @param endpoint for a resolved route of a driver that takes one
 * @param access who may use that endpoint; absent when anyone may
 */
public record RouteVerdict(
    RouteFacts route,
    List<Refusal> refusals,
    @Nullable Refusal unresolved,
    NodeRouteTable.@Nullable Endpoint endpoint,
    LogEndpointSpec.@Nullable Access access) {

  public RouteVerdict {
    refusals = List.copyOf(refusals);
  }

  /** Why something is refused; {@code operator.status} has a reason of the same name. */
  public enum Cause {
    InvalidSpec,
    InlineAddressForbidden,
    EndpointNotFound,
    EndpointNotAccepted,
    EndpointNotPermitted
  }

  /** A cause and the sentence for the user. */
  public record Refusal(Cause cause, String sentence) {}

  /** The spec is valid and allowed. */
  public boolean accepted() {
    return refusals.isEmpty();
  }

  /** Accepted, and what it refers to can be used: the route may stand in tables. */
  public boolean usable() {
    return accepted() && unresolved == null;
  }
}
