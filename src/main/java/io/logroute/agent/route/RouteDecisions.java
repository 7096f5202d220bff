// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.route;

import io.logroute.table.Glob;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A table, ready to be asked about containers. Immutable. */
public final class RouteDecisions {

  private static final Decision UNDECIDED = new Decision.Undecided();
  private static final Decision NOT_ROUTED = new Decision.Decided(List.of());

  private final List<Pod> pods;
  private final Map<String, Pod> podsByUid = new HashMap<>();
  private final Map<String, Endpoint> endpoints = new HashMap<>();
  private final Map<String, Route> routes = new HashMap<>();
  private final Set<String> unusable;

  /**
   * @param unusable the names of routes that this agent cannot run; their containers stay undecided
   *     as far as they are concerned: nothing is sent, nothing is let go
   */
  public RouteDecisions(NodeRouteTable table, Set<String> unusable) {
    this.pods = table.pods();
    this.unusable = Set.copyOf(unusable);
    table.endpoints().forEach(endpoint -> endpoints.put(endpoint.name(), endpoint));
    table.routes().forEach(route -> routes.put(route.name(), route));
    for (Pod pod : pods) {
      if (pod.uid() != null) {
        podsByUid.putIfAbsent(pod.uid(), pod);
      }
    }
  }

  /** The decision for a container; the first entry that fits its pod decides. */
  public Decision decide(String namespace, String pod, String uid, String container) {
    Pod byUid = podsByUid.get(uid);
    for (Pod entry : pods) {
      if (entry == byUid || entry.uid() == null) {
        if (Glob.of(entry.namespace()).matches(namespace) && Glob.of(entry.name()).matches(pod)) {
          return decide(entry, container);
        }
      }
    }
    return UNDECIDED;
  }

  private Decision decide(Pod pod, String container) {
    for (Container entry : pod.containers()) {
      if (Glob.of(entry.name()).matches(container)) {
        return decide(entry);
      }
    }
    return NOT_ROUTED;
  }

  private Decision decide(Container container) {
    List<Binding> bindings = new ArrayList<>();
    for (Assignment assignment : container.routes()) {
      if (unusable.contains(assignment.route())) {
        return UNDECIDED;
      }
      bindings.add(bind(assignment, container));
    }
    return new Decision.Decided(bindings);
  }

  private Binding bind(Assignment assignment, Container container) {
    Route route = Objects.requireNonNull(routes.get(assignment.route()), assignment.route());
    return new Binding(
        route,
        route.endpoint() == null ? null : endpoints.get(route.endpoint()),
        assignment.tenantId(),
        assignment.serviceId(),
        Objects.requireNonNullElse(container.image(), ""));
  }
}
