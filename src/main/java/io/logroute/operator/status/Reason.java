// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

/** Every reason that a condition can carry. Part of the API: scripts and alerts compare them. */
public enum Reason {
  /** Accepted: the spec is valid and allowed. */
  Accepted,
  /** Not accepted: the message has every problem of the spec. */
  InvalidSpec,
  /** Not accepted: the cluster forbids addresses in routes. */
  InlineAddressForbidden,
  /** What the spec refers to exists and may be used. */
  Resolved,
  /** There is no LogEndpoint of that name. */
  EndpointNotFound,
  /** The LogEndpoint is not valid itself. */
  EndpointNotAccepted,
  /** The LogEndpoint does not let this namespace in. */
  EndpointNotPermitted,
  /** Every node that has to runs this generation. */
  Programmed,
  /** Some nodes do not run this generation yet. */
  NodesPending,
  /** Some nodes have pods of the route, and no LogAgent that covers them. */
  NoLogAgent,
  /**
   * Some nodes' newest table is too large to be written, so that their agents keep the last one.
   */
  TableTooLarge,
  /** Nothing to do: no pod has a container that the route selects. */
  NoMatchingPods,
  /** Nothing to do: other routes take precedence for every container that the route selects. */
  Overridden,
  /** An earlier condition is not met. */
  NotAccepted,
  /** An earlier condition is not met. */
  NotResolved,
  /** Another, older LogAgent covers some of its nodes. */
  NodesOverlap,
  /** All is well. */
  Ready,
  /** A node reports trouble with the route. */
  NodeTrouble,
  /** Some agents are not ready. */
  AgentsNotReady
}
