// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteScope;
import io.logroute.operator.compile.RouteVerdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The judge, asked about routes that stand in the cache. */
final class Verdicts {

  private final RouteJudge judge;
  private final ClusterCache cache;
  private final Map<String, Judged> judged = new ConcurrentHashMap<>();

  Verdicts(RouteJudge judge, ClusterCache cache) {
    this.judge = judge;
    this.cache = cache;
  }

  /**
   * A verdict, as long as it was made from the objects that stand in the cache.
   *
   * @param route the object
   * @param endpoint the one that it refers to; absent when there is none
   * @param namespace the facts of its own
   */
  private record Judged(
      Object route,
      Optional<LogEndpoint> endpoint,
      NamespaceFacts namespace,
      RouteVerdict verdict) {}

  RouteVerdict of(RouteFacts route) {
    return judge.judge(route, cache::endpoint, namespaceOf(route));
  }

  private <R extends HasMetadata> RouteVerdict of(R route, Function<R, RouteFacts> facts) {
    String key = key(route);
    Judged known = judged.get(key);
    if (known != null
        && known.route == route
        && known.namespace == namespaceOf(known.verdict.route())
        && known.endpoint.orElse(null) == endpointOf(known.verdict.route()).orElse(null)) {
      return known.verdict;
    }
    RouteFacts now = facts.apply(route);
    Judged fresh = new Judged(route, endpointOf(now), namespaceOf(now), of(now));
    judged.put(key, fresh);
    return fresh.verdict;
  }

  private static String key(HasMetadata route) {
    String namespace = route.getMetadata().getNamespace();
    return (namespace == null ? "" : namespace + "/") + route.getMetadata().getName();
  }

  /** A route is gone. */
  void forget(HasMetadata route) {
    judged.remove(key(route));
  }

  private NamespaceFacts namespaceOf(RouteFacts route) {
    return switch (route.scope()) {
      case RouteScope.OwnNamespace(String name) -> cache.namespace(name);
      case RouteScope.Namespaces(LabelSelector selector, var precedence) -> NamespaceFacts.NONE;
    };
  }

  private Optional<LogEndpoint> endpointOf(RouteFacts route) {
    return cache.endpoint(route.endpointInShort());
  }

  /** Every LogRoute of a namespace, whatever it is worth. */
  List<RouteVerdict> ofNamespace(String namespace) {
    return cache.routesOfNamespace(namespace).stream()
        .filter(Verdicts::stays)
        .map(route -> of(route, (Function<LogRoute, RouteFacts>) RouteFacts::of))
        .toList();
  }

  /** Every ClusterLogRoute, whatever it is worth. */
  List<RouteVerdict> clusterWide() {
    return cache.clusterRoutes().stream()
        .filter(Verdicts::stays)
        .map(route -> of(route, (Function<ClusterLogRoute, RouteFacts>) RouteFacts::of))
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
