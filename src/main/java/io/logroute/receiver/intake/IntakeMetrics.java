// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the sockets count. */
public final class IntakeMetrics {

  private final Counter receivedLines;
  private final Counter receivedBytes;
  private final Counter refusedMessages;
  private final Counter refusedConnections;
  private final Counter faults;
  private final Info bound;

  public IntakeMetrics(PrometheusRegistry registry) {
    receivedLines =
        Counter.builder()
            .name("logroute_receiver_received_lines_total")
            .help("Lines taken from a socket and accepted.")
            .labelNames("socket")
            .register(registry);
    receivedBytes =
        Counter.builder()
            .name("logroute_receiver_received_bytes_total")
            .help("Bytes of the accepted lines, without ids and tags.")
            .labelNames("socket")
            .register(registry);
    refusedMessages =
        Counter.builder()
            .name("logroute_receiver_refused_messages_total")
            .help("Messages refused, by what is wrong with them.")
            .labelNames("reason")
            .register(registry);
    refusedConnections =
        Counter.builder()
            .name("logroute_receiver_refused_connections_total")
            .help("Connections ended at once, since too many are open.")
            .labelNames("socket")
            .register(registry);
    faults =
        Counter.builder()
            .name("logroute_receiver_socket_faults_total")
            .help("Failures of a socket itself; it goes on.")
            .labelNames("socket")
            .register(registry);
    bound =
        Info.builder()
            .name("logroute_receiver_bound_info")
            .help("The addresses that the receiver listens on.")
            .labelNames("socket", "address")
            .register(registry);
    for (Refusal reason : Refusal.values()) {
      refusedMessages.initLabelValues(reason.label());
    }
  }

  void bound(SocketKind kind, String address) {
    bound.addLabelValues(kind.label(), address);
    receivedLines.initLabelValues(kind.label());
    receivedBytes.initLabelValues(kind.label());
    refusedConnections.initLabelValues(kind.label());
    faults.initLabelValues(kind.label());
  }

  void refusedConnection(SocketKind kind) {
    refusedConnections.labelValues(kind.label()).inc();
  }

  void received(SocketKind kind, long lines, long bytes) {
    receivedLines.labelValues(kind.label()).inc(lines);
    receivedBytes.labelValues(kind.label()).inc(bytes);
  }

  void refused(Refusal reason) {
    refusedMessages.labelValues(reason.label()).inc();
  }

  void fault(SocketKind kind) {
    faults.labelValues(kind.label()).inc();
  }
}
