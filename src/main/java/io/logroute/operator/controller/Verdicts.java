// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteVerdict;
import java.util.List;

/** The judge, asked about routes that stand in the cache. */
final class Verdicts {

  private final RouteJudge judge;
  private final ClusterCache cache;

  Verdicts(RouteJudge judge, ClusterCache cache) {
    this.judge = judge;
    this.cache = cache;
  }

  RouteVerdict of(RouteFacts route) {
    return judge.judge(route, cache::endpoint, cache.namespace(route.namespace()));
  }

  /** Every route that selects pods of a namespace, whatever it is worth. */
  List<RouteVerdict> ofNamespace(String namespace) {
    return cache.routesOfNamespace(namespace).stream()
        .filter(route -> route.getMetadata().getDeletionTimestamp() == null)
        .map(route -> of(RouteFacts.of(route)))
        .toList();
  }
}
