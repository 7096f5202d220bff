// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** An operator's numbers as Prometheus text; docs/operations.md lists them. */
final class OperatorMetrics {

  private static final String PREFIX = "logroute_operator_";

  private final StringBuilder text = new StringBuilder();

  private OperatorMetrics() {}

  /**
   * The text.
   *
   * @param operator absent: it has not been started yet
   */
  static String of(@Nullable LogRouteOperator operator) {
    OperatorMetrics metrics = new OperatorMetrics();
    metrics.gauge(
        "ready",
        "Whether the operator follows the cluster.",
        operator != null && operator.isReady() ? 1 : 0);
    metrics.gauge(
        "leading",
        "Whether the operator works; otherwise it stands by.",
        operator != null && operator.isLeading() ? 1 : 0);
    metrics.head("table_writes_total", "counter", "NodeRouteTables written.");
    metrics.sample("table_writes_total", operator == null ? 0 : operator.tableWrites());
    if (operator != null) {
      metrics.gauge(
          "tables_too_large",
          "Nodes whose newest table is too large for the API server.",
          operator.tablesTooLarge());
      metrics.gauge(
          "nodes_waiting",
          "Nodes that wait for their turn after a change that concerns many.",
          operator.nodesWaiting());
      metrics.tableDelays(operator.tableDelays());
      metrics.byController(
          "reconciliations_total", "Resources looked at.", operator.reconciliations().begun());
      metrics.byController(
          "reconciliation_failures_total",
          "Looks that failed; each is in the log and is tried again.",
          operator.reconciliations().failed());
    }
    return metrics.text.toString();
  }

  private void gauge(String name, String help, long value) {
    head(name, "gauge", help);
    sample(name, value);
  }

  private void tableDelays(TableDelays delays) {
    String name = "table_delay_seconds";
    head(
        name,
        "histogram",
        "From a pod's event to the request that writes its node's table: the operator's own share.");
    long[] cumulated = delays.cumulated();
    for (int i = 0; i < TableDelays.BUCKET_SECONDS.length; i++) {
      sample(name + "_bucket{le=\"" + TableDelays.BUCKET_SECONDS[i] + "\"}", cumulated[i]);
    }
    long all = cumulated[cumulated.length - 1];
    sample(name + "_bucket{le=\"+Inf\"}", all);
    text.append(PREFIX).append(name).append("_sum ").append(delays.sumSeconds()).append('\n');
    sample(name + "_count", all);
  }

  private void byController(String name, String help, SortedMap<String, Long> values) {
    head(name, "counter", help);
    for (Map.Entry<String, Long> value : values.entrySet()) {
      sample(name + "{controller=\"" + value.getKey() + "\"}", value.getValue());
    }
  }

  private void head(String name, String type, String help) {
    text.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(PREFIX).append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, long value) {
    text.append(PREFIX).append(name).append(' ').append(value).append('\n');
  }
}
