// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import static java.util.Objects.requireNonNull;

import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.operator.compile.IdSource.Id;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.operator.compile.Selection.Selected;
import io.logroute.options.EndpointFormat;
import io.logroute.options.TagTemplate;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a node's table says of a pod. Nothing but the pod, its namespace and the routes that look at
 * it decides about that.
 *
 * @param pod its entry
 * @param problems what is wrong with it, sentences by the route's name in the table
 * @param selecting the names of the routes that select any of its containers, taken or not
 * @param taken the routes that its entry refers to
 */
record PodEntry(
    Pod pod,
    Map<String, ? extends SortedSet<String>> problems,
    Set<String> selecting,
    List<RouteVerdict> taken) {

  PodEntry {
    problems = Map.copyOf(problems);
    selecting = Set.copyOf(selecting);
    taken = List.copyOf(taken);
  }

  /**
   * Compiles.
   *
   * @param namespace the pod's
   * @param candidates the accepted routes that look at it
   */
  static PodEntry of(PodFacts pod, NamespaceFacts namespace, List<RouteVerdict> candidates) {
    return new Compilation(pod, namespace).run(candidates);
  }

  private static final class Compilation {

    private final PodFacts pod;
    private final NamespaceFacts namespace;
    private final Map<String, SortedSet<String>> problems = new TreeMap<>();
    private final SortedSet<String> selecting = new TreeSet<>();
    private final List<RouteVerdict> taken = new ArrayList<>();

    Compilation(PodFacts pod, NamespaceFacts namespace) {
      this.pod = pod;
      this.namespace = namespace;
    }

    PodEntry run(List<RouteVerdict> candidates) {
      List<Container> containers = new ArrayList<>();
      for (ContainerFacts container : pod.containers()) {
        entry(container, candidates).ifPresent(containers::add);
      }
      return new PodEntry(
          new Pod(pod.namespace(), pod.name(), pod.logId(), containers),
          problems,
          selecting,
          taken.stream().distinct().toList());
    }

    private Optional<Container> entry(ContainerFacts container, List<RouteVerdict> candidates) {
      boolean imageIsAsked = false;
      List<Assignment> assignments = new ArrayList<>();
      for (Selected selected : Selection.of(namespace, pod, container, candidates)) {
        RouteVerdict verdict = selected.verdict();
        selecting.add(verdict.route().tableName());
        Optional<Assignment> assignment =
            selected.taken() ? assign(verdict, container) : Optional.empty();
        if (assignment.isPresent()) {
          assignments.add(assignment.get());
          taken.add(verdict);
          imageIsAsked |= asksForImage(verdict);
        }
      }
      return assignments.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Container(
                  container.name(), imageIsAsked ? container.image() : null, assignments));
    }

    private Optional<Assignment> assign(RouteVerdict verdict, ContainerFacts container) {
      LogRouteSpec spec = requireNonNull(verdict.route().spec());
      Id tenant = IdSource.TENANT.resolve(spec.tenantId(), pod, container);
      Id service = IdSource.SERVICE.resolve(spec.serviceId(), pod, container);
      if (!Selection.isNone(verdict)) {
        report(verdict, tenant.problem());
        report(verdict, service.problem());
        String refused = refusedTenant(verdict, container, tenant);
        if (refused == null) {
          refused = refusedService(verdict, container, service);
        }
        if (refused != null) {
          report(verdict, refused);
          return Optional.empty();
        }
      }
      return Optional.of(
          new Assignment(verdict.route().tableName(), tenant.value(), service.value()));
    }

    /**
     * Why an id may not be used. What the platform team itself wrote into a ClusterLogRoute is
     * granted by that; an id that comes from a pod has to be granted to the pod's namespace.
     */
    private @Nullable String refusedTenant(
        RouteVerdict verdict, ContainerFacts container, Id tenant) {
      Endpoint endpoint = verdict.endpoint();
      if (endpoint == null
          || verdict.access() == null
          || verdict.access().tenants() != LogEndpointSpec.Tenants.Granted
          || (tenant.written() && verdict.route().scope().isClusterWide())
          || namespace.grantedTenants().contains(tenant.value())) {
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
    private @Nullable String refusedService(
        RouteVerdict verdict, ContainerFacts container, Id service) {
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
        problems
            .computeIfAbsent(verdict.route().tableName(), name -> new TreeSet<>())
            .add(sentence);
      }
    }

    private static boolean asksForImage(RouteVerdict verdict) {
      LogRouteSpec spec = verdict.route().spec();
      return spec != null
          && !Selection.isNone(verdict)
          && TagTemplate.parse(spec.optionsOrDefault().getOrDefault(TagTemplate.OPTION, ""))
              .usesImageName();
    }
  }
}
