// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;

/** The triggers of all controllers, by what they wake. */
record Wakers(
    Triggers<Node> nodes,
    Triggers<LogRoute> routes,
    Triggers<ClusterLogRoute> clusterRoutes,
    Triggers<LogEndpoint> endpoints,
    Triggers<LogAgent> agents) {

  Wakers() {
    this(new Triggers<>(), new Triggers<>(), new Triggers<>(), new Triggers<>(), new Triggers<>());
  }

  void wakeNode(String name) {
    nodes.wake(new ResourceID(name));
  }

  /** Wakes a route by its name in tables; only that of a LogRoute has a slash. */
  void wakeRoute(String tableName) {
    int slash = tableName.indexOf('/');
    if (slash < 0) {
      clusterRoutes.wake(new ResourceID(tableName));
      return;
    }
    routes.wake(new ResourceID(tableName.substring(slash + 1), tableName.substring(0, slash)));
  }

  void wakeEndpoint(String name) {
    endpoints.wake(new ResourceID(name));
  }

  void wakeAgent(String name) {
    agents.wake(new ResourceID(name));
  }
}
