// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.Glob;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which routes a container takes. Only accepted routes count. Of those that select it
 *
 * <ul>
 *   <li>each LogRoute counts, unless one with driver {@code none} is there, which then stands
 *       alone: a LogRoute, or a ClusterLogRoute of precedence {@code Always}, by which the platform
 *       team keeps lines on the node;
 *   <li>each ClusterLogRoute of precedence {@code Always} counts whatever else is there;
 *   <li>each of precedence {@code Default} counts only where no LogRoute selects the container,
 *       resolved or not, whatever its streams; among them {@code none} stands alone.
 * </ul>
 */
public final class Selection {

  private static final Comparator<RouteVerdict> BY_NAME =
      Comparator.comparing(verdict -> verdict.route().tableName());

  private Selection() {}

  /**
   * A route that selects a container.
   *
   * @param overriddenBy the one that takes it out; absent when nothing does
   */
  public record Selected(RouteVerdict verdict, @Nullable RouteVerdict overriddenBy) {

    /** Whether the container takes the route. */
    public boolean taken() {
      return overriddenBy == null && verdict.usable();
    }
  }

  /** Whether a route selects a container, whatever becomes of it. */
  public static boolean selects(
      RouteVerdict verdict, NamespaceFacts namespace, PodFacts pod, ContainerFacts container) {
    return selects(verdict, namespace, pod) && hasContainer(verdict, container);
  }

  /** Whether a route looks at a pod and has any of its containers. */
  public static boolean selectsAny(RouteVerdict verdict, NamespaceFacts namespace, PodFacts pod) {
    return selects(verdict, namespace, pod)
        && pod.containers().stream().anyMatch(container -> hasContainer(verdict, container));
  }

  /** Why an accepted route selects no container of a pod, in short; empty when it does. */
  public static Optional<String> mismatch(
      RouteVerdict verdict, NamespaceFacts namespace, PodFacts pod) {
    LogRouteSpec spec = verdict.route().spec();
    if (spec == null || selectsAny(verdict, namespace, pod)) {
      return Optional.empty();
    }
    if (!verdict.route().scope().includes(namespace)) {
      return Optional.of("its namespaceSelector does not fit namespace " + namespace.name());
    }
    return Optional.of(
        LabelSelectors.unmet(spec.selectorOrDefault(), pod.labels())
            .orElse("its globs fit none of the pod's containers"));
  }

  private static boolean selects(RouteVerdict verdict, NamespaceFacts namespace, PodFacts pod) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null
        && verdict.accepted()
        && verdict.route().scope().includes(namespace)
        && LabelSelectors.matches(spec.selectorOrDefault(), pod.labels());
  }

  private static boolean hasContainer(RouteVerdict verdict, ContainerFacts container) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null
        && spec.containersOrDefault().includeOrDefault().stream()
            .anyMatch(glob -> Glob.of(glob).matches(container.name()))
        && spec.containersOrDefault().excludeOrDefault().stream()
            .noneMatch(glob -> Glob.of(glob).matches(container.name()));
  }

  /** The routes that select a container, by name, each with what becomes of it. */
  public static List<Selected> of(
      NamespaceFacts namespace,
      PodFacts pod,
      ContainerFacts container,
      Collection<RouteVerdict> candidates) {
    List<RouteVerdict> selecting =
        candidates.stream()
            .filter(verdict -> selects(verdict, namespace, pod, container))
            .sorted(BY_NAME)
            .toList();
    return selecting.stream().map(v -> new Selected(v, overriding(v, selecting))).toList();
  }

  /** Whether a route could take another's containers, should both select them. */
  public static boolean mayOverride(RouteVerdict other, RouteVerdict verdict) {
    return !isAlways(verdict)
        && (isNone(other) || (verdict.route().scope().isDefault() && isLogRoute(other)));
  }

  private static @Nullable RouteVerdict overriding(RouteVerdict v, List<RouteVerdict> selecting) {
    if (isAlways(v)) {
      return null;
    }
    RouteScope scope = v.route().scope();
    Optional<RouteVerdict> first =
        Stream.<Predicate<RouteVerdict>>of(
                other -> isNone(other) && isAlways(other),
                other -> isNone(other) && isLogRoute(other),
                other -> scope.isDefault() && isLogRoute(other),
                other -> scope.isDefault() && isNone(other))
            .flatMap(overrides -> selecting.stream().filter(overrides).limit(1))
            .findFirst();
    return first.filter(other -> other != v).orElse(null);
  }

  private static boolean isAlways(RouteVerdict verdict) {
    RouteScope scope = verdict.route().scope();
    return scope.isClusterWide() && !scope.isDefault();
  }

  private static boolean isLogRoute(RouteVerdict verdict) {
    return !verdict.route().scope().isClusterWide();
  }

  static boolean isNone(RouteVerdict verdict) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null && spec.driverOrDefault().equals(LogOptionValidators.NONE);
  }
}
