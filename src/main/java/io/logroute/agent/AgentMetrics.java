// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The agent's metrics, contracts section 6. Counters move when the endpoint has taken lines over,
 * not when they were read, so that for each endpoint the bytes of the files add up: discovered =
 * sent + dropped + lost + lag + not selected.
 */
public final class AgentMetrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter readBytes =
      counter("logroute_agent_read_bytes_total", "Bytes read from log files.");
  private final Counter sentLines =
      counter(
          "logroute_agent_sent_lines_total",
          "Lines taken over by the endpoint.",
          "route",
          "endpoint");
  private final Counter sentBytes =
      counter(
          "logroute_agent_sent_bytes_total",
          "Bytes of the log files whose lines the endpoint has taken over.",
          "route",
          "endpoint");
  private final Counter droppedLines =
      counter(
          "logroute_agent_dropped_lines_total",
          "Lines dropped, or cut (truncated), by what the user asked for.",
          "route",
          "reason");
  private final Counter droppedBytes =
      counter(
          "logroute_agent_dropped_bytes_total",
          "Bytes dropped: of the log files, or of the lines' text (truncated).",
          "route",
          "reason");
  private final Counter notSelectedBytes =
      counter(
          "logroute_agent_not_selected_bytes_total",
          "Bytes of records of a stream or a time that the route does not take.",
          "route");
  private final Counter lostBytes =
      counter(
          "logroute_agent_lost_bytes_total",
          "Bytes of log files that could not be delivered.",
          "reason");
  private final Counter possiblyLostLines =
      counter(
          "logroute_agent_possibly_lost_lines_total",
          "Lines that were in flight when a connection broke.",
          "endpoint");
  private final Counter malformedLines =
      counter(
          "logroute_agent_malformed_lines_total",
          "Records that were neither CRI nor Docker's json-file, sent whole.");

  private final Info tableRevision =
      Info.builder()
          .name("logroute_agent_table_revision_info")
          .help("The generation of the table in force.")
          .labelNames("generation")
          .register(registry);

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  /** One value of a gauge with labels. */
  public record Sample(double value, List<String> labels) {
    public Sample(double value, String... labels) {
      this(value, List.of(labels));
    }
  }

  /** Registers a gauge that is asked when somebody looks. */
  void gauge(String name, String help, List<String> labels, Supplier<List<Sample>> samples) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(
            callback ->
                samples
                    .get()
                    .forEach(
                        sample ->
                            callback.call(sample.value(), sample.labels().toArray(String[]::new))))
        .register(registry);
  }

  void gauge(String name, String help, DoubleSupplier value) {
    gauge(name, help, List.of(), () -> List.of(new Sample(value.getAsDouble())));
  }

  PrometheusRegistry registry() {
    return registry;
  }

  void tableInForce(long generation) {
    tableRevision.setLabelValues(Long.toString(generation));
  }

  void read(long bytes) {
    readBytes.inc(bytes);
  }

  void malformedLine() {
    malformedLines.inc();
  }

  void truncated(String route, long bytes) {
    droppedLines.labelValues(route, "truncated").inc();
    droppedBytes.labelValues(route, "truncated").inc(bytes);
  }

  void lost(String reason, long bytes) {
    lostBytes.labelValues(reason).inc(bytes);
  }

  void possiblyLost(String endpoint, long lines) {
    possiblyLostLines.labelValues(endpoint).inc(lines);
  }

  void settled(Feed feed, FeedCount count) {
    String route = feed.route();
    String endpoint = AgentPipelines.nameOf(feed.binding());
    sentLines.labelValues(route, endpoint).inc(count.sentLines);
    sentBytes.labelValues(route, endpoint).inc(count.sentBytes);
    dropped(route, "unsubscribed", count.unsubscribedLines, count.unsubscribedBytes);
    dropped(route, "rate_limit", count.limitedLines, count.limitedBytes);
    dropped(route, "buffer_full", count.overflownLines, count.overflownBytes);
    if (count.notSelectedBytes > 0) {
      notSelectedBytes.labelValues(route).inc(count.notSelectedBytes);
    }
  }

  private void dropped(String route, String reason, long lines, long bytes) {
    if (lines > 0) {
      droppedLines.labelValues(route, reason).inc(lines);
      droppedBytes.labelValues(route, reason).inc(bytes);
    }
  }
}
