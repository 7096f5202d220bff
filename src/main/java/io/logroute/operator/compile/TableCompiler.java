// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static java.util.Objects.requireNonNull;

import io.logroute.api.v1alpha1.Backfill;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.RateLimit;
import io.logroute.operator.compile.IdSource.Id;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.operator.compile.Selection.Selected;
import io.logroute.options.EndpointFormat;
import io.logroute.options.TagTemplate;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Stream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Function<String, NamespaceFacts> namespaces;
  private final List<RouteVerdict> verdicts;
  private final Map<String, List<RouteVerdict>> candidates = new HashMap<>();
  private final SortedMap<String, Route> routes = new TreeMap<>();
  private final SortedMap<String, Endpoint> endpoints = new TreeMap<>();
  private final SortedMap<String, SortedSet<String>> problems = new TreeMap<>();
  private final SortedSet<String> selecting = new TreeSet<>();

  private TableCompiler(
      Function<String, NamespaceFacts> namespaces, Collection<RouteVerdict> verdicts) {
    this.namespaces = namespaces;
    this.verdicts = List.copyOf(verdicts);
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
    return new TableCompiler(namespaces, verdicts).run(node, cluster, pods);
  }

  private Compiled run(String node, @Nullable String cluster, Collection<PodFacts> pods) {
    List<Pod> entries = pods.stream().map(this::entry).sorted(BY_NAME).toList();
    NodeRouteTable table =
        new NodeRouteTable(
            node,
            0,
            cluster,
            List.copyOf(endpoints.values()),
            List.copyOf(routes.values()),
            entries);
    return new Compiled(table, problems, selecting);
  }

  private Pod entry(PodFacts pod) {
    NamespaceFacts namespace = namespaces.apply(pod.namespace());
    List<RouteVerdict> inNamespace =
        candidates.computeIfAbsent(pod.namespace(), name -> lookingAt(namespace));
    List<Container> containers = new ArrayList<>();
    for (ContainerFacts container : pod.containers()) {
      List<RouteVerdict> taken = new ArrayList<>();
      List<Assignment> assignments = new ArrayList<>();
      for (Selected selected : Selection.of(namespace, pod, container, inNamespace)) {
        RouteVerdict verdict = selected.verdict();
        selecting.add(verdict.route().tableName());
        if (selected.taken()) {
          assign(verdict, pod, container)
              .ifPresent(
                  assignment -> {
                    taken.add(verdict);
                    assignments.add(assignment);
                  });
        }
      }
      if (!assignments.isEmpty()) {
        boolean imageIsAsked = taken.stream().anyMatch(TableCompiler::asksForImage);
        containers.add(
            new Container(container.name(), imageIsAsked ? container.image() : null, assignments));
      }
    }
    return new Pod(pod.namespace(), pod.name(), pod.logId(), containers);
  }

  private List<RouteVerdict> lookingAt(NamespaceFacts namespace) {
    return verdicts.stream()
        .filter(verdict -> verdict.accepted() && verdict.route().scope().includes(namespace))
        .toList();
  }

  private Optional<Assignment> assign(
      RouteVerdict verdict, PodFacts pod, ContainerFacts container) {
    LogRouteSpec spec = requireNonNull(verdict.route().spec());
    Id tenant = IdSource.TENANT.resolve(spec.tenantId(), pod, container);
    Id service = IdSource.SERVICE.resolve(spec.serviceId(), pod, container);
    if (!Selection.isNone(verdict)) {
      report(verdict, tenant.problem());
      report(verdict, service.problem());
      String refused = refusedTenant(verdict, pod, container, tenant);
      if (refused == null) {
        refused = refusedService(verdict, pod, container, service);
      }
      if (refused != null) {
        report(verdict, refused);
        return Optional.empty();
      }
    }
    use(verdict);
    return Optional.of(
        new Assignment(verdict.route().tableName(), tenant.value(), service.value()));
  }

  /**
   * Why an id may not be used. What the platform team itself wrote into a ClusterLogRoute is
   * granted by that; an id that comes from a pod has to be granted to the pod's namespace.
   */
  private @Nullable String refusedTenant(
      RouteVerdict verdict, PodFacts pod, ContainerFacts container, Id tenant) {
    Endpoint endpoint = verdict.endpoint();
    if (endpoint == null
        || verdict.access() == null
        || verdict.access().tenants() != LogEndpointSpec.Tenants.Granted
        || (tenant.written() && verdict.route().scope().isClusterWide())
        || namespaces.apply(pod.namespace()).grantedTenants().contains(tenant.value())) {
      return null;
    }
    return "pod "
        + pod.name()
        + ": container "
        + container.name()
        + " is not routed, since tenant '"
        + tenant.value()
        + "' is not granted to namespace '"
        + pod.namespace()
        + "' for LogEndpoint '"
        + endpoint.name()
        + "': the platform team may list it in the namespace's annotation "
        + NamespaceFacts.TENANTS_ANNOTATION;
  }

  /** Why an endpoint's format has no place for an id. */
  private static @Nullable String refusedService(
      RouteVerdict verdict, PodFacts pod, ContainerFacts container, Id service) {
    Endpoint endpoint = verdict.endpoint();
    if (endpoint == null || endpoint.delivery() == Delivery.AtLeastOnce) {
      return null;
    }
    return EndpointFormat.of(endpoint.format())
        .flatMap(format -> format.serviceProblem(service.value()))
        .map(
            problem ->
                "pod %s: container %s is not routed, since %s, and LogEndpoint '%s' has that format"
                    .formatted(pod.name(), container.name(), problem, endpoint.name()))
        .orElse(null);
  }

  private void report(RouteVerdict verdict, @Nullable String sentence) {
    if (sentence != null) {
      problems.computeIfAbsent(verdict.route().tableName(), name -> new TreeSet<>()).add(sentence);
    }
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

  private static boolean asksForImage(RouteVerdict verdict) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null
        && !Selection.isNone(verdict)
        && TagTemplate.parse(spec.optionsOrDefault().getOrDefault(TagTemplate.OPTION, ""))
            .usesImageName();
  }
}
