// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the way to a collector counts. Used by the sink's thread. */
public final class OtlpMetrics {

  private final Counter storedLines;
  private final Counter storedBytes;
  private final Counter refusedLines;
  private final Counter requests;
  private final Counter retries;
  private final Gauge waiting;
  private final Gauge stalled;

  public OtlpMetrics(PrometheusRegistry registry) {
    storedLines = counter(registry, "stored_lines_total", "Lines that the collector took.");
    storedBytes = counter(registry, "stored_bytes_total", "Bytes of lines that it took.");
    refusedLines =
        counter(
            registry,
            "otlp_refused_lines_total",
            "Lines that the collector does not want: they are lost.");
    requests = counter(registry, "otlp_requests_total", "Requests that were answered for good.");
    retries = counter(registry, "otlp_retries_total", "Times that a request had to be repeated.");
    waiting = gauge(registry, "otlp_waiting_batches", "Batches that wait for the collector.");
    stalled = gauge(registry, "store_stalled", "More than 0 while the collector takes nothing.");
  }

  private static Counter counter(PrometheusRegistry registry, String name, String help) {
    return Counter.builder().name("logroute_receiver_" + name).help(help).register(registry);
  }

  private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name("logroute_receiver_" + name).help(help).register(registry);
  }

  void stored(long lines, long bytes) {
    storedLines.inc(lines);
    storedBytes.inc(bytes);
  }

  void refused(long lines) {
    refusedLines.inc(lines);
  }

  void answered() {
    requests.inc();
  }

  void repeated() {
    retries.inc();
  }

  void waiting(int batches) {
    waiting.set(batches);
  }

  void stalled(boolean is) {
    stalled.set(is ? 1 : 0);
  }
}
