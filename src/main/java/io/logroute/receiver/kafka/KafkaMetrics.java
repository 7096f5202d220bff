// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the way to Kafka counts. Used by the sink's thread. */
public final class KafkaMetrics {

  private final Counter storedLines;
  private final Counter storedBytes;
  private final Counter cutLines;
  private final Counter refusedLines;
  private final Counter restarts;
  private final Gauge waiting;
  private final Gauge stalled;

  public KafkaMetrics(PrometheusRegistry registry) {
    storedLines = counter(registry, "stored_lines_total", "Lines that Kafka acknowledged.");
    storedBytes = counter(registry, "stored_bytes_total", "Bytes of lines, acknowledged by Kafka.");
    cutLines =
        counter(registry, "kafka_cut_lines_total", "Lines that were too long for a request.");
    refusedLines =
        counter(
            registry,
            "kafka_refused_lines_total",
            "Lines that a broker refused as too large: they are lost.");
    restarts =
        counter(registry, "kafka_producer_restarts_total", "Times that everything was sent again.");
    waiting = gauge(registry, "kafka_waiting_batches", "Batches that wait for Kafka.");
    stalled = gauge(registry, "store_stalled", "More than 0 while Kafka takes nothing.");
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

  void cut() {
    cutLines.inc();
  }

  void refused() {
    refusedLines.inc();
  }

  void restarted() {
    restarts.inc();
  }

  void waiting(int batches) {
    waiting.set(batches);
  }

  void stalled(boolean is) {
    stalled.set(is ? 1 : 0);
  }
}
