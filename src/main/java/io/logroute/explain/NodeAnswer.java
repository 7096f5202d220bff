// SPDX-License-Identifier: Apache-2.0
package io.logroute.explain;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.logroute.api.v1alpha1.NodeRouteTableSpec;
import io.logroute.api.v1alpha1.NodeRouteTableStatus;
import io.logroute.api.v1alpha1.NodeRouteTableStatus.RouteReport;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.operator.compile.PodFacts;
import io.logroute.table.NodeRouteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The part of an explanation that is about the pod's node: its table, and what its agent says. */
final class NodeAnswer {

  private final PodQuestion question;
  private final PodFacts pod;
  private final NodeRouteTable expected;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param expected what the table should say of this pod by what the routes say now
   */
  NodeAnswer(PodQuestion question, PodFacts pod, NodeRouteTable expected) {
    this.question = question;
    this.pod = pod;
    this.expected = expected;
  }

  List<String> lines() {
    String node = question.pod().getSpec().getNodeName();
    if (node == null) {
      lines.add("Node: none yet, so no agent reads anything");
    } else if (question.table() == null) {
      lines.add("Node " + node + ": has no NodeRouteTable");
      lines.add(
          "  no LogAgent covers it, or no operator works: kubectl get logagents; ask the platform"
              + " team");
    } else {
      table(node, question.table());
    }
    return lines;
  }

  private void table(String node, io.logroute.api.v1alpha1.NodeRouteTable table) {
    String owner =
        table.getMetadata().getOwnerReferences().stream()
            .findFirst()
            .map(OwnerReference::getName)
            .map(name -> ", of LogAgent " + name)
            .orElse("");
    long generation = requireNonNullElse(table.getMetadata().getGeneration(), 0L);
    lines.add("Node " + node + ": table of generation " + generation + owner);
    lines.add("  " + entry(table.getSpec()));
    NodeRouteTableStatus status = table.getStatus();
    Long running = status == null ? null : status.observedGeneration();
    if (running == null) {
      lines.add("  its agent has not reported yet: is its pod running?");
    } else if (running < generation) {
      lines.add("  its agent still runs generation " + running);
    } else {
      lines.add("  its agent runs it");
    }
    if (status != null) {
      reports(status);
    }
  }

  private String entry(NodeRouteTableSpec spec) {
    Optional<NodeRouteTableSpec.Pod> entry =
        spec.pods().stream()
            .filter(p -> p.namespace().equals(pod.namespace()) && p.name().equals(pod.name()))
            .filter(p -> Objects.equals(p.uid(), pod.logId()))
            .findFirst();
    if (entry.isEmpty()) {
      return "does not have this pod yet: the operator has not decided it";
    }
    Map<String, SortedSet<String>> stands = new TreeMap<>();
    for (NodeRouteTableSpec.Container container : entry.get().containers()) {
      container
          .routes()
          .forEach(r -> add(stands, container.name(), r.route(), r.tenantId(), r.serviceId()));
    }
    Map<String, SortedSet<String>> wanted = new TreeMap<>();
    for (NodeRouteTable.Container container : expected.pods().getFirst().containers()) {
      container
          .routes()
          .forEach(r -> add(wanted, container.name(), r.route(), r.tenantId(), r.serviceId()));
    }
    return stands.equals(wanted)
        ? "says the same of this pod"
        : "says something else of this pod, the operator has not caught up: " + stands;
  }

  private static void add(
      Map<String, SortedSet<String>> containers,
      String container,
      String route,
      String tenant,
      String service) {
    containers
        .computeIfAbsent(container, name -> new TreeSet<>())
        .add(route + " as " + tenant + "/" + service);
  }

  private void reports(NodeRouteTableStatus status) {
    if (status.problem() != null) {
      lines.add("  its agent cannot use the newest table: " + status.problem());
    }
    for (RouteReport report : requireNonNullElse(status.routes(), List.<RouteReport>of())) {
      if (isMine(report.route())) {
        for (Problem problem : requireNonNullElse(report.problems(), List.<Problem>of())) {
          String since = problem.since() == null ? "" : " since " + problem.since();
          lines.add(
              "  its agent reports" + since + ", " + report.route() + ": " + problem.message());
        }
      }
    }
  }

  private boolean isMine(String route) {
    return expected.routes().stream().anyMatch(r -> r.name().equals(route));
  }
}
