// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.logroute.api.v1alpha1.Precedence;

/** Whose pods a route looks at. */
public sealed interface RouteScope {

  /** Those of a LogRoute's own namespace. */
  record OwnNamespace(String name) implements RouteScope {}

  /** Those of all namespaces that a ClusterLogRoute selects. */
  record Namespaces(LabelSelector selector, Precedence precedence) implements RouteScope {}

  /** Whether pods of a namespace are looked at; the selector is one without problems. */
  default boolean includes(NamespaceFacts namespace) {
    return switch (this) {
      case OwnNamespace(String name) -> name.equals(namespace.name());
      case Namespaces(LabelSelector selector, Precedence precedence) ->
          LabelSelectors.matches(selector, namespace.labels());
    };
  }

  /** Whether it is a ClusterLogRoute's. */
  default boolean isClusterWide() {
    return this instanceof Namespaces;
  }

  /** Whether the route stands behind every LogRoute. */
  default boolean isDefault() {
    return this instanceof Namespaces(LabelSelector selector, Precedence precedence)
        && precedence == Precedence.Default;
  }
}
