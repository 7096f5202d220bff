// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.options.LogOptionValidators;
import io.logroute.table.Glob;
import java.util.List;

/** Which routes a container takes. */
public final class Selection {

  private Selection() {}

  /** Whether a route selects a container, whatever becomes of it. */
  public static boolean selects(RouteVerdict verdict, PodFacts pod, ContainerFacts container) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null
        && verdict.accepted()
        && verdict.route().namespace().equals(pod.namespace())
        && LabelSelectors.matches(spec.selectorOrDefault(), pod.labels())
        && spec.containersOrDefault().includeOrDefault().stream()
            .anyMatch(glob -> Glob.of(glob).matches(container.name()))
        && spec.containersOrDefault().excludeOrDefault().stream()
            .noneMatch(glob -> Glob.of(glob).matches(container.name()));
  }

  /** Whether a route selects any container of a pod. */
  public static boolean selects(RouteVerdict verdict, PodFacts pod) {
    return pod.containers().stream().anyMatch(container -> selects(verdict, pod, container));
  }

  /**
   * The routes that a container takes: each that selects it and can be used, but driver {@code
   * none} beats all others.
   */
  static List<RouteVerdict> of(
      PodFacts pod, ContainerFacts container, List<RouteVerdict> candidates) {
    List<RouteVerdict> selecting =
        candidates.stream().filter(verdict -> selects(verdict, pod, container)).toList();
    List<RouteVerdict> none = selecting.stream().filter(Selection::isNone).limit(1).toList();
    return none.isEmpty() ? selecting.stream().filter(RouteVerdict::usable).toList() : none;
  }

  static boolean isNone(RouteVerdict verdict) {
    LogRouteSpec spec = verdict.route().spec();
    return spec != null && spec.driverOrDefault().equals(LogOptionValidators.NONE);
  }
}
