// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableStatus.RouteReport;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteScope;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.Selection;
import io.logroute.operator.compile.Selection.Selected;
import io.logroute.operator.controller.Tables.Standing;
import io.logroute.operator.status.Reason;
import io.logroute.operator.status.RouteFindings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks up what became of a route, in the cluster and on its nodes. Reads only. */
final class RouteInspector {

  private final ClusterCache cache;
  private final Verdicts verdicts;
  private final Tables tables;

  RouteInspector(ClusterCache cache, Verdicts verdicts, Tables tables) {
    this.cache = cache;
    this.verdicts = verdicts;
    this.tables = tables;
  }

  /**
   * What became of a route.
   *
   * @param complete false when it has pods on a node that this operator has not looked at yet
   */
  record Inspection(RouteFindings findings, boolean complete) {}

  Inspection find(RouteFacts route) {
    RouteVerdict verdict = verdicts.of(route);
    Matches matches = new Matches(verdict);
    namespaces(route.scope()).forEach(matches::add);
    Map<String, Standing> standing = new HashMap<>();
    for (String node : matches.nodes) {
      standing.put(node, tables.standing(node, route.tableName(), route.generation()));
    }
    Predicate<String> isUnknown = node -> standing.get(node) == Standing.UNKNOWN;
    SortedSet<String> uncovered = filtered(matches.nodes, isUnknown.and(this::isUncovered));
    boolean complete = matches.nodes.stream().filter(isUnknown).allMatch(uncovered::contains);
    return new Inspection(
        findings(route, verdict, matches, uncovered, standing), complete || !verdict.usable());
  }

  private RouteFindings findings(
      RouteFacts route,
      RouteVerdict verdict,
      Matches matches,
      SortedSet<String> uncovered,
      Map<String, Standing> standing) {
    SortedSet<String> nodes = matches.nodes;
    return new RouteFindings(
        route.generation(),
        verdict.refusals().stream().map(RouteInspector::refusal).toList(),
        verdict.unresolved() == null ? null : refusal(verdict.unresolved()),
        matches.pods,
        matches.overridden,
        matches.overriding,
        nodes,
        filtered(nodes, node -> standing.get(node) != Standing.RUNS),
        uncovered,
        filtered(nodes, node -> standing.get(node) == Standing.TOO_LARGE),
        nodes.stream().flatMap(node -> reports(node, route.tableName())).toList(),
        nodes.stream()
            .flatMap(node -> tables.problemsOf(node, route.tableName()).stream())
            .collect(Collectors.toCollection(TreeSet::new)),
        route.tenantInShort(),
        route.serviceInShort(),
        route.endpointInShort());
  }

  private Stream<NamespaceFacts> namespaces(RouteScope scope) {
    return switch (scope) {
      case RouteScope.OwnNamespace(String name) -> Stream.of(cache.namespace(name));
      case RouteScope.Namespaces(LabelSelector selector, var precedence) ->
          cache.namespaces().stream().map(NamespaceFacts::of).filter(scope::includes);
    };
  }

  /** The pods that a route selects, counted. */
  private final class Matches {

    private final RouteVerdict verdict;
    private final SortedSet<String> nodes = new TreeSet<>();
    private final SortedSet<String> overriding = new TreeSet<>();
    private int pods;
    private int overridden;

    Matches(RouteVerdict verdict) {
      this.verdict = verdict;
    }

    void add(NamespaceFacts namespace) {
      if (!verdict.accepted()) {
        return;
      }
      List<RouteVerdict> rivals = rivals(namespace);
      for (Pod pod : cache.podsOfNamespace(namespace.name())) {
        PodFacts facts = cache.facts(pod);
        if (Selection.selectsAny(verdict, namespace, facts)) {
          add(namespace, pod, facts, rivals);
        }
      }
    }

    private void add(NamespaceFacts namespace, Pod pod, PodFacts facts, List<RouteVerdict> rivals) {
      pods++;
      if (pod.getSpec().getNodeName() != null) {
        nodes.add(pod.getSpec().getNodeName());
      }
      List<Selected> mine =
          rivals.isEmpty()
              ? List.of()
              : facts.containers().stream()
                  .flatMap(container -> Selection.of(namespace, facts, container, rivals).stream())
                  .filter(selected -> isMine(selected.verdict()))
                  .toList();
      mine.stream()
          .flatMap(selected -> Optional.ofNullable(selected.overriddenBy()).stream())
          .forEach(other -> overriding.add(other.route().title()));
      if (!mine.isEmpty() && mine.stream().allMatch(selected -> selected.overriddenBy() != null)) {
        overridden++;
      }
    }

    /** The route itself and those that may take its containers; empty when none may. */
    private List<RouteVerdict> rivals(NamespaceFacts namespace) {
      List<RouteVerdict> rivals =
          verdicts.lookingAt(namespace).stream()
              .filter(other -> isMine(other) || Selection.mayOverride(other, verdict))
              .toList();
      return rivals.stream().allMatch(this::isMine) ? List.of() : rivals;
    }

    private boolean isMine(RouteVerdict other) {
      return other.route().tableName().equals(verdict.route().tableName());
    }
  }

  private static RouteFindings.Refusal refusal(RouteVerdict.Refusal refusal) {
    return new RouteFindings.Refusal(Reason.valueOf(refusal.cause().name()), refusal.sentence());
  }

  private static SortedSet<String> filtered(SortedSet<String> nodes, Predicate<String> predicate) {
    return nodes.stream().filter(predicate).collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isUncovered(String node) {
    return cache.node(node).flatMap(known -> Coverage.of(known, cache.agents())).isEmpty();
  }

  private Stream<Problem> reports(String node, String route) {
    return cache.table(node).map(NodeRouteTable::getStatus).stream()
        .flatMap(status -> Stream.ofNullable(status.routes()))
        .flatMap(List::stream)
        .filter(report -> route.equals(report.route()))
        .map(RouteReport::problems)
        .flatMap(Stream::ofNullable)
        .flatMap(List::stream)
        .map(problem -> new Problem(node, problem.since(), problem.message()));
  }
}
