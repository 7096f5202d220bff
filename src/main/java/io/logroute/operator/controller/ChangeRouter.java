// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.NameRef;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.api.v1alpha1.NodeRouteTableStatus;
import io.logroute.api.v1alpha1.NodeRouteTableStatus.RouteReport;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodEntries;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.Selection;
import io.logroute.operator.manifest.CurveKeys;
import io.logroute.operator.status.AgentStatuses;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which change concerns whom. A change that leaves alone what decides wakes nobody: a pod's status,
 * a node's heartbeat, an agent's report that says the same.
 */
final class ChangeRouter implements ClusterCache.ChangeListener {

  private final ClusterCache cache;
  private final Verdicts verdicts;
  private final DepartedPods departed;
  private final Tables tables;
  private final Wakers wakers;
  private final SlowLane slowLane;
  private final RouteReports reports;
  private final TableDelays tableDelays;
  private final PodEntries entries;

  ChangeRouter(
      ClusterCache cache,
      Verdicts verdicts,
      DepartedPods departed,
      Tables tables,
      Wakers wakers,
      SlowLane slowLane,
      RouteReports reports,
      TableDelays tableDelays,
      PodEntries entries) {
    this.cache = cache;
    this.verdicts = verdicts;
    this.departed = departed;
    this.tables = tables;
    this.wakers = wakers;
    this.slowLane = slowLane;
    this.reports = reports;
    this.tableDelays = tableDelays;
    this.entries = entries;
  }

  @Override
  public void pod(@Nullable Pod before, @Nullable Pod now) {
    Pod pod = either(before, now);
    String node = pod.getSpec().getNodeName();
    if (node == null || (before != null && now != null && decidesTheSame(before, now))) {
      return;
    }
    if (now == null) {
      departed.add(node, PodFacts.of(pod));
      cache.forget(pod);
    } else {
      departed.remove(node, PodFacts.of(pod).logId());
    }
    tableDelays.changed(node);
    wakers.wakeNode(node);
    selecting(before, now).map(verdict -> verdict.route().tableName()).forEach(wakers::wakeRoute);
  }

  /** The routes that have a pod, or had it. */
  private Stream<RouteVerdict> selecting(@Nullable Pod before, @Nullable Pod now) {
    NamespaceFacts namespace = cache.namespace(either(before, now).getMetadata().getNamespace());
    List<PodFacts> pods =
        Stream.of(Optional.ofNullable(before), Optional.ofNullable(now))
            .flatMap(Optional::stream)
            .map(PodFacts::of)
            .toList();
    return verdicts.lookingAt(namespace).stream()
        .filter(
            verdict ->
                pods.stream().anyMatch(pod -> Selection.selectsAny(verdict, namespace, pod)));
  }

  private static boolean decidesTheSame(Pod before, Pod now) {
    return Objects.equals(before.getSpec(), now.getSpec()) && sameMetadata(before, now);
  }

  private static boolean sameMetadata(HasMetadata before, HasMetadata now) {
    return Objects.equals(before.getMetadata().getLabels(), now.getMetadata().getLabels())
        && Objects.equals(
            before.getMetadata().getAnnotations(), now.getMetadata().getAnnotations());
  }

  @Override
  public void namespace(@Nullable Namespace before, @Nullable Namespace now) {
    if (before == null || now == null || !sameMetadata(before, now)) {
      wakeNamespace(either(before, now).getMetadata().getName());
    }
  }

  @Override
  public void node(@Nullable Node before, @Nullable Node now) {
    if (before != null
        && now != null
        && sameMetadata(before, now)
        && Objects.equals(before.getSpec(), now.getSpec())) {
      return;
    }
    if (now == null && before != null) {
      departed.forget(before.getMetadata().getName());
      entries.forget(before.getMetadata().getName());
    }
    cache.agents().forEach(agent -> wakers.wakeAgent(agent.getMetadata().getName()));
  }

  /** One route may take containers from the others. */
  @Override
  public void route(@Nullable LogRoute before, @Nullable LogRoute now) {
    if (now == null) {
      forget(either(before, now), RouteFacts.of(either(before, now)));
    }
    if (before == null || now == null || !sameGeneration(before, now)) {
      wakeNamespace(either(before, now).getMetadata().getNamespace());
    }
  }

  /**
   * Nodes only: JOSDK wakes the route's own controller. A change may let go of what it selected.
   */
  @Override
  public void clusterRoute(@Nullable ClusterLogRoute before, @Nullable ClusterLogRoute now) {
    if (now == null) {
      forget(either(before, now), RouteFacts.of(either(before, now)));
    }
    if (before == null || now == null || !sameGeneration(before, now)) {
      slowLane.wake(
          Stream.of(Optional.ofNullable(before), Optional.ofNullable(now))
              .flatMap(Optional::stream)
              .flatMap(route -> nodesOf(RouteFacts.of(route)))
              .distinct()
              .toList());
    }
  }

  private void forget(HasMetadata route, RouteFacts facts) {
    verdicts.forget(route);
    reports.forget(facts.tableName());
  }

  private void wakeClusterRoute(RouteFacts route) {
    wakers.wakeRoute(route.tableName());
    slowLane.wake(nodesOf(route).distinct().toList());
  }

  private Stream<String> nodesOf(RouteFacts route) {
    return cache.namespaces().stream()
        .map(NamespaceFacts::of)
        .filter(route.scope()::includes)
        .flatMap(namespace -> cache.nodesOfNamespace(namespace.name()));
  }

  @Override
  public void endpoint(@Nullable LogEndpoint before, @Nullable LogEndpoint now) {
    if (before != null && now != null && sameGeneration(before, now)) {
      return;
    }
    String name = either(before, now).getMetadata().getName();
    cache.routes().stream()
        .filter(route -> refersTo(route.getSpec(), name))
        .map(route -> route.getMetadata().getNamespace())
        .distinct()
        .forEach(this::wakeNamespace);
    cache.clusterRoutes().stream()
        .map(RouteFacts::of)
        .filter(route -> refersTo(route.spec(), name))
        .forEach(this::wakeClusterRoute);
    if (!CurveKeys.of(before).equals(CurveKeys.of(now))) {
      cache.agents().forEach(agent -> wakers.wakeAgent(agent.getMetadata().getName()));
    }
  }

  private static boolean refersTo(@Nullable LogRouteSpec spec, String endpoint) {
    NameRef reference = spec == null ? null : spec.endpointRef();
    return reference != null && endpoint.equals(reference.name());
  }

  @Override
  public void agent(@Nullable LogAgent before, @Nullable LogAgent now) {
    if (before != null
        && now != null
        && sameGeneration(before, now)
        && AgentStatuses.isRefused(before.getStatus())
            == AgentStatuses.isRefused(now.getStatus())) {
      return;
    }
    slowLane.wake(cache.nodes().stream().map(node -> node.getMetadata().getName()).toList());
    cache.agents().forEach(agent -> wakers.wakeAgent(agent.getMetadata().getName()));
  }

  @Override
  public void table(@Nullable NodeRouteTable before, @Nullable NodeRouteTable now) {
    String node = either(before, now).getMetadata().getName();
    if (now == null) {
      tables.lost(node);
    }
    if (before == null || now == null || !sameGeneration(before, now)) {
      wakers.wakeNode(node);
    }
    SortedSet<String> routes = tables.cameBetween(node, observed(before), observed(now));
    routes.addAll(reportedOtherwise(before, now));
    routes.forEach(wakers::wakeRoute);
  }

  private static long observed(@Nullable NodeRouteTable table) {
    NodeRouteTableStatus status = table == null ? null : table.getStatus();
    return status == null ? 0 : Objects.requireNonNullElse(status.observedGeneration(), 0L);
  }

  private static Set<String> reportedOtherwise(
      @Nullable NodeRouteTable before, @Nullable NodeRouteTable now) {
    Set<RouteReport> both = new HashSet<>(reports(before));
    both.retainAll(reports(now));
    return Stream.of(reports(before), reports(now))
        .flatMap(Set::stream)
        .filter(report -> !both.contains(report))
        .map(RouteReport::route)
        .collect(Collectors.toSet());
  }

  private static Set<RouteReport> reports(@Nullable NodeRouteTable table) {
    NodeRouteTableStatus status = table == null ? null : table.getStatus();
    return status == null || status.routes() == null ? Set.of() : Set.copyOf(status.routes());
  }

  /** Whatever may wait for its turn is looked at again. */
  void everything() {
    cache.routes().forEach(route -> wakers.wakeRoute(RouteFacts.of(route).tableName()));
    cache.clusterRoutes().forEach(route -> wakers.wakeRoute(RouteFacts.of(route).tableName()));
    cache.endpoints().forEach(endpoint -> wakers.wakeEndpoint(endpoint.getMetadata().getName()));
    cache.agents().forEach(agent -> wakers.wakeAgent(agent.getMetadata().getName()));
    slowLane.wake(cache.nodes().stream().map(node -> node.getMetadata().getName()).toList());
  }

  private void wakeNamespace(String namespace) {
    wakeRoutesOf(namespace);
    slowLane.wake(cache.nodesOfNamespace(namespace).toList());
  }

  private void wakeRoutesOf(String namespace) {
    cache
        .routesOfNamespace(namespace)
        .forEach(route -> wakers.wakeRoute(RouteFacts.of(route).tableName()));
    cache.clusterRoutes().forEach(route -> wakers.wakeRoute(RouteFacts.of(route).tableName()));
  }

  private static boolean sameGeneration(HasMetadata before, HasMetadata now) {
    return Objects.equals(before.getMetadata().getGeneration(), now.getMetadata().getGeneration());
  }

  private static <T> T either(@Nullable T before, @Nullable T now) {
    return now == null ? Objects.requireNonNull(before) : now;
  }
}
