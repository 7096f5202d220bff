// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static java.util.Objects.requireNonNull;

import io.logroute.api.v1alpha1.Backfill;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.RateLimit;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Stream;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Routes and the pods of a node become the node's table. The same input gives the same table,
 * whatever the order it comes in.
 */
public final class TableCompiler {

  private static final Comparator<Pod> BY_NAME =
      Comparator.comparing(Pod::namespace)
          .thenComparing(Pod::name)
          .thenComparing(pod -> String.valueOf(pod.uid()));

  private final String node;
  private final Function<String, NamespaceFacts> namespaces;
  private final List<RouteVerdict> verdicts;
  private final PodEntries entries;
  private final Map<String, List<RouteVerdict>> candidates = new HashMap<>();
  private final SortedMap<String, Route> routes = new TreeMap<>();
  private final SortedMap<String, Endpoint> endpoints = new TreeMap<>();
  private final SortedMap<String, SortedSet<String>> problems = new TreeMap<>();
  private final SortedSet<String> selecting = new TreeSet<>();

  private TableCompiler(
      String node,
      Function<String, NamespaceFacts> namespaces,
      Collection<RouteVerdict> verdicts,
      PodEntries entries) {
    this.node = node;
    this.namespaces = namespaces;
    this.verdicts = List.copyOf(verdicts);
    this.entries = entries;
  }

  /**
   * A node's table, and what is wrong with single pods.
   *
   * @param problems sentences by the route's name in the table
   * @param selecting the names of the routes that select any container of the node, taken or not
   */
  public record Compiled(
      NodeRouteTable table,
      SortedMap<String, SortedSet<String>> problems,
      SortedSet<String> selecting) {}

  /**
   * Compiles.
   *
   * @param cluster uid of the namespace kube-system
   * @param verdicts all LogRoutes of the pods' namespaces and all ClusterLogRoutes, usable or not
   * @param namespaces a pod's namespace by name
   * @param pods those of the node, and those that were there a short time ago; each gets an entry
   */
  public static Compiled compile(
      String node,
      @Nullable String cluster,
      Collection<RouteVerdict> verdicts,
      Function<String, NamespaceFacts> namespaces,
      Collection<PodFacts> pods) {
    return compile(node, cluster, verdicts, namespaces, pods, new PodEntries());
  }

  /**
   * The same, with the entries of last time for pods of which nothing changed.
   *
   * @param entries those of all nodes
   */
  public static Compiled compile(
      String node,
      @Nullable String cluster,
      Collection<RouteVerdict> verdicts,
      Function<String, NamespaceFacts> namespaces,
      Collection<PodFacts> pods,
      PodEntries entries) {
    return new TableCompiler(node, namespaces, verdicts, entries).run(cluster, pods);
  }

  private Compiled run(@Nullable String cluster, Collection<PodFacts> pods) {
    List<Pod> sorted = pods.stream().map(pod -> entry(pod).pod()).sorted(BY_NAME).toList();
    entries.keepOnly(node, pods);
    NodeRouteTable table =
        new NodeRouteTable(
            node,
            0,
            cluster,
            List.copyOf(endpoints.values()),
            List.copyOf(routes.values()),
            sorted);
    return new Compiled(table, problems, selecting);
  }

  private PodEntry entry(PodFacts pod) {
    NamespaceFacts namespace = namespaces.apply(pod.namespace());
    List<RouteVerdict> looking =
        candidates.computeIfAbsent(pod.namespace(), name -> lookingAt(namespace));
    PodEntry entry = entries.of(node, pod, namespace, looking);
    entry
        .problems()
        .forEach(
            (route, sentences) ->
                problems.computeIfAbsent(route, name -> new TreeSet<>()).addAll(sentences));
    selecting.addAll(entry.selecting());
    entry.taken().forEach(this::use);
    return entry;
  }

  private List<RouteVerdict> lookingAt(NamespaceFacts namespace) {
    return verdicts.stream()
        .filter(verdict -> verdict.accepted() && verdict.route().scope().includes(namespace))
        .toList();
  }

  private void use(RouteVerdict verdict) {
    routes.computeIfAbsent(verdict.route().tableName(), name -> tableRoute(verdict));
    if (verdict.endpoint() != null) {
      endpoints.putIfAbsent(verdict.endpoint().name(), verdict.endpoint());
    }
  }

  private static Route tableRoute(RouteVerdict verdict) {
    RouteFacts route = verdict.route();
    LogRouteSpec spec = requireNonNull(route.spec());
    Map<String, String> options = new HashMap<>(spec.optionsOrDefault());
    options.remove(RouteRules.ZMQ_ADDRESS);
    Backfill backfill = spec.backfillOrDefault();
    return new Route(
        route.tableName(),
        route.generation(),
        spec.driverOrDefault(),
        NodeRouteTable.Backfill.valueOf(backfill.name()),
        backfill == Backfill.None ? route.created() : null,
        verdict.endpoint() == null ? null : verdict.endpoint().name(),
        spec.streamsOrDefault().stream()
            .map(stream -> Stream.valueOf(stream.name()))
            .collect(Collectors.toSet()),
        RouteRules.maxLineBytesOf(spec),
        rateLimit(spec.rateLimit()),
        options);
  }

  private static NodeRouteTable.@Nullable RateLimit rateLimit(@Nullable RateLimit limit) {
    return limit == null
        ? null
        : new NodeRouteTable.RateLimit(limit.linesPerSecond(), limit.burstOrDefault());
  }
}
