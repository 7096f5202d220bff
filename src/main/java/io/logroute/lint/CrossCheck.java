// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import io.logroute.api.v1alpha1.ClusterLogRouteSpec;
import io.logroute.api.v1alpha1.Delivery;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.NameRef;
import io.logroute.api.v1alpha1.Precedence;
import io.logroute.lint.LintProblem.Severity;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.Selectors;
import io.logroute.options.EndpointFormat;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.tree.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several documents show only together. What is not given may still be in the cluster, so all
 * of it are warnings, and a missing endpoint is one only where endpoints are given at all.
 */
final class CrossCheck {

  private final List<GivenResource> routes = new ArrayList<>();
  private final Map<String, LogEndpointSpec> endpoints = new TreeMap<>();
  private final Map<String, NamespaceFacts> namespaces = new TreeMap<>();
  private final List<LintProblem> problems = new ArrayList<>();

  void add(GivenResource resource) {
    switch (resource.kind()) {
      case "LogEndpoint" ->
          endpoints.put(resource.name(), ResourceKind.read(resource.spec(), LogEndpointSpec.class));
      case "LogRoute", "ClusterLogRoute" -> routes.add(resource);
      default -> {
        // LogAgents stand alone
      }
    }
  }

  void add(NamespaceFacts namespace) {
    namespaces.put(namespace.name(), namespace);
  }

  /** The warnings, in the order of files and lines. */
  List<LintProblem> problems() {
    for (GivenResource route : routes) {
      endpoint(route);
    }
    for (int i = 0; i < routes.size(); i++) {
      for (int j = 0; j < routes.size(); j++) {
        if (i != j) {
          pair(routes.get(i), routes.get(j), i < j);
        }
      }
    }
    problems.sort(
        Comparator.comparing(LintProblem::file)
            .thenComparingInt(LintProblem::line)
            .thenComparingInt(LintProblem::column));
    return problems;
  }

  private void endpoint(GivenResource given) {
    LogRouteSpec route = routeOf(given);
    NameRef reference = route.endpointRef();
    if (reference == null || endpoints.isEmpty()) {
      return;
    }
    String name = Objects.requireNonNullElse(reference.name(), "");
    LogEndpointSpec endpoint = endpoints.get(name);
    if (endpoint == null) {
      warn(
          given,
          "endpointRef.name",
          "there is no LogEndpoint '"
              + name
              + "' in what is given: create it, or correct the name");
      return;
    }
    if (endpoint.deliveryOrDefault() == Delivery.AtLeastOnce
        && route.optionsOrDefault().containsKey("tag")) {
      warn(
          given,
          "options.tag",
          "option tag means nothing here: delivery of LogEndpoint '" + name + "' is AtLeastOnce");
    }
    if (endpoint.deliveryOrDefault() == Delivery.AtMostOnce
        && EndpointFormat.of(endpoint.formatOrDefault()).stream().anyMatch(f -> !f.hasTag())
        && route.optionsOrDefault().containsKey("tag")) {
      warn(
          given,
          "options.tag",
          "option tag means nothing here: format of LogEndpoint '"
              + name
              + "' is "
              + endpoint.format());
    }
    NamespaceFacts namespace = namespaces.get(given.namespace());
    if (namespace != null && endpoint.access() != null && !given.namespace().isEmpty()) {
      access(given, route, name, endpoint.access(), namespace);
    }
  }

  private void access(
      GivenResource given,
      LogRouteSpec route,
      String endpoint,
      LogEndpointSpec.Access access,
      NamespaceFacts namespace) {
    if (access.namespaceSelector() != null
        && !Selectors.matches(access.namespaceSelector(), namespace.labels())) {
      warn(
          given,
          "endpointRef.name",
          "LogEndpoint '"
              + endpoint
              + "' does not let namespace '"
              + namespace.name()
              + "' in, as both are given");
    }
    String tenant = route.tenantId() == null ? null : route.tenantId().value();
    if (access.tenants() == LogEndpointSpec.Tenants.Granted
        && tenant != null
        && !namespace.grantedTenants().contains(tenant)) {
      warn(
          given,
          "tenantId.value",
          "tenant '"
              + tenant
              + "' is not granted to namespace '"
              + namespace.name()
              + "' for LogEndpoint '"
              + endpoint
              + "': the platform team may list it in the namespace's annotation "
              + NamespaceFacts.TENANTS_ANNOTATION);
    }
  }

  /** Two routes of which one takes everything from the other, or sends the same once more. */
  private void pair(GivenResource one, GivenResource other, boolean first) {
    LogRouteSpec mine = routeOf(one);
    LogRouteSpec its = routeOf(other);
    if (!coversAllOf(other, one)) {
      return;
    }
    boolean iAmNone = isNone(mine);
    if (isNone(its) && !iAmNone && beats(other, one)) {
      warn(
          one,
          "selector",
          "never decides: " + other.title() + " with driver none selects the same containers");
    } else if (isDefault(one)
        && isDefault(other)
        && !iAmNone
        && !isNone(its)
        && (first || !coversAllOf(one, other))) {
      warn(
          one,
          "precedence",
          "overlaps with "
              + other.title()
              + ", of precedence Default too: both send what no LogRoute selects");
    }
  }

  private static boolean beats(GivenResource none, GivenResource route) {
    if (!isCluster(none)) {
      return !isCluster(route) || isDefault(route);
    }
    return isDefault(none) ? isDefault(route) : !isCluster(route) || isDefault(route);
  }

  /** Whether everything that {@code narrow} selects is surely selected by {@code wide}. */
  private static boolean coversAllOf(GivenResource wide, GivenResource narrow) {
    LogRouteSpec w = routeOf(wide);
    LogRouteSpec n = routeOf(narrow);
    boolean containers =
        w.containersOrDefault().equals(n.containersOrDefault())
            || (w.containersOrDefault().includeOrDefault().contains("*")
                && w.containersOrDefault().excludeOrDefault().isEmpty());
    return containers
        && Selectors.covers(w.selectorOrDefault(), n.selectorOrDefault())
        && coversNamespaces(wide, narrow);
  }

  private static boolean coversNamespaces(GivenResource wide, GivenResource narrow) {
    if (!isCluster(wide)) {
      return !isCluster(narrow) && wide.namespace().equals(narrow.namespace());
    }
    ClusterLogRouteSpec spec = clusterOf(wide);
    return isCluster(narrow)
        ? Selectors.covers(
            spec.namespaceSelectorOrDefault(), clusterOf(narrow).namespaceSelectorOrDefault())
        : Selectors.isEverything(spec.namespaceSelectorOrDefault());
  }

  private static boolean isCluster(GivenResource given) {
    return given.kind().equals("ClusterLogRoute");
  }

  private static boolean isDefault(GivenResource given) {
    return isCluster(given) && clusterOf(given).precedenceOrDefault() == Precedence.Default;
  }

  private static boolean isNone(LogRouteSpec route) {
    return route.driverOrDefault().equals(LogOptionValidators.NONE);
  }

  private static ClusterLogRouteSpec clusterOf(GivenResource given) {
    return ResourceKind.read(given.spec(), ClusterLogRouteSpec.class);
  }

  private static LogRouteSpec routeOf(GivenResource given) {
    return isCluster(given)
        ? clusterOf(given).route()
        : ResourceKind.read(given.spec(), LogRouteSpec.class);
  }

  private void warn(GivenResource given, @Nullable String field, String message) {
    Place place = FieldPlaces.of(given.tree(), String.valueOf(field), given.place());
    problems.add(
        new LintProblem(
            given.file(),
            place.line(),
            place.column(),
            Severity.warning,
            given.title(),
            "spec." + field,
            message));
  }
}
