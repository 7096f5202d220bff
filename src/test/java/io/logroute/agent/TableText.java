// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.util.ArrayList;
import java.util.List;

/** A routes file, part by part, each in YAML's flow style. */
final class TableText {

  private final List<String> endpoints = new ArrayList<>();
  private final List<String> routes = new ArrayList<>();
  private final List<String> pods = new ArrayList<>();

  /** Everything of every container to one centre: tenant {@code t}, service {@code app}. */
  static TableText everything(CentralPeer centre, String socket) {
    return new TableText()
        .endpoint("central", centre, socket)
        .route("all, driver: zmq, endpoint: central")
        .all("{route: all, tenantId: t, serviceId: app}");
  }

  TableText endpoint(String name, CentralPeer centre, String socket) {
    endpoints.add(
        "{name: %s, addresses: ['%s'], socket: %s}".formatted(name, centre.address(), socket));
    return this;
  }

  /** An endpoint that acknowledges. */
  TableText acked(String name, int port) {
    endpoints.add(
        "{name: %s, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}"
            .formatted(name, port));
    return this;
  }

  /** A route: its name, then more fields. */
  TableText route(String fields) {
    routes.add("{name: " + fields + "}");
    return this;
  }

  /** An entry for a pod: fields but the containers, then these. */
  TableText pod(String fields, String... containers) {
    pods.add("{" + fields + ", containers: [" + String.join(", ", containers) + "]}");
    return this;
  }

  /** An entry for all containers of all pods. */
  TableText all(String... assignments) {
    return pod(
        "namespace: '*', name: '*'",
        "{name: '*', routes: [" + String.join(", ", assignments) + "]}");
  }

  String text() {
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints: [%s]
      routes: [%s]
      pods: [%s]
    """
        .formatted(
            String.join(", ", endpoints), String.join(", ", routes), String.join(", ", pods));
  }
}
