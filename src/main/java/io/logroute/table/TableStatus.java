// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node's agent reports, {@code status} of the NodeRouteTable.
 *
 * @param observedGeneration of the table that it runs now; absent when it runs none yet
 * @param problem why the newest table is not in use; absent when it is
 * @param routes only those that have problems
 */
public record TableStatus(
    @Nullable Long observedGeneration, @Nullable String problem, List<RouteReport> routes) {
  public TableStatus {
    routes = List.copyOf(routes);
  }

  /**
   * A route that has problems on this node.
   *
   * @param route its name in the table
   */
  public record RouteReport(String route, List<Problem> problems) {
    public RouteReport {
      problems = List.copyOf(problems);
    }
  }

  /**
   * One of them.
   *
   * @param since when it began
   * @param message what, where and what to do, in one sentence
   */
  public record Problem(@Nullable Instant since, String message) {}
}
