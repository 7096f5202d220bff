// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import io.logroute.wire.Refusal;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/** What the acknowledged protocol counts beside lines. */
public final class AckedMetrics {

  private final Gauge sessions;
  private final Counter begunSessions;
  private final Counter refusals;
  private final Counter malformed;
  private final Counter refusedKeys;
  private final Counter failedHandshakes;

  public AckedMetrics(PrometheusRegistry registry) {
    sessions =
        Gauge.builder()
            .name("logroute_receiver_acked_sessions")
            .help("Sessions with agents that wait for acknowledgements.")
            .register(registry);
    begunSessions =
        Counter.builder()
            .name("logroute_receiver_acked_sessions_begun_total")
            .help("Sessions that were accepted.")
            .register(registry);
    refusals =
        Counter.builder()
            .name("logroute_receiver_acked_refusals_total")
            .help("Sessions and streams refused, by the protocol's code.")
            .labelNames("code")
            .register(registry);
    malformed =
        Counter.builder()
            .name("logroute_receiver_acked_malformed_total")
            .help("Messages that are none, in a session or without.")
            .register(registry);
    refusedKeys =
        Counter.builder()
            .name("logroute_receiver_curve_refused_keys_total")
            .help("Connections refused, since their CURVE key is not among those that may send.")
            .register(registry);
    failedHandshakes =
        Counter.builder()
            .name("logroute_receiver_curve_failed_handshakes_total")
            .help("Connections that do not know the receiver's CURVE key, or use no CURVE.")
            .register(registry);
    for (Refusal refusal : Refusal.values()) {
      if (refusal != Refusal.UNKNOWN) {
        refusals.initLabelValues(label(refusal));
      }
    }
  }

  private static String label(Refusal refusal) {
    return refusal.name().toLowerCase(Locale.ROOT);
  }

  void sessions(int count) {
    sessions.set(count);
  }

  void begun() {
    begunSessions.inc();
  }

  void refused(Refusal refusal) {
    refusals.labelValues(label(refusal)).inc();
  }

  void malformed() {
    malformed.inc();
  }

  void refusedKey() {
    refusedKeys.inc();
  }

  void failedHandshake() {
    failedHandshakes.inc();
  }
}
