// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteScope;
import io.logroute.operator.compile.RouteVerdict;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The judge, asked about routes that stand in the cache. */
final class Verdicts {

  private final RouteJudge judge;
  private final ClusterCache cache;

  Verdicts(RouteJudge judge, ClusterCache cache) {
    this.judge = judge;
    this.cache = cache;
  }

  RouteVerdict of(RouteFacts route) {
    NamespaceFacts own =
        switch (route.scope()) {
          case RouteScope.OwnNamespace(String name) -> cache.namespace(name);
          case RouteScope.Namespaces(LabelSelector selector, var precedence) -> NamespaceFacts.NONE;
        };
    return judge.judge(route, cache::endpoint, own);
  }

  /** Every LogRoute of a namespace, whatever it is worth. */
  List<RouteVerdict> ofNamespace(String namespace) {
    return cache.routesOfNamespace(namespace).stream()
        .filter(Verdicts::stays)
        .map(route -> of(RouteFacts.of(route)))
        .toList();
  }

  /** Every ClusterLogRoute, whatever it is worth. */
  List<RouteVerdict> clusterWide() {
    return cache.clusterRoutes().stream()
        .filter(Verdicts::stays)
        .map(route -> of(RouteFacts.of(route)))
        .toList();
  }

  /** Every route that looks at a namespace's pods and is accepted. */
  List<RouteVerdict> lookingAt(NamespaceFacts namespace) {
    Predicate<RouteVerdict> looksAt =
        verdict -> verdict.accepted() && verdict.route().scope().includes(namespace);
    return Stream.concat(ofNamespace(namespace.name()).stream(), clusterWide().stream())
        .filter(looksAt)
        .toList();
  }

  private static boolean stays(HasMetadata route) {
    return route.getMetadata().getDeletionTimestamp() == null;
  }
}
