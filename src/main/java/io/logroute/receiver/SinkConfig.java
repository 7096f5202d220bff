// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import io.logroute.receiver.kafka.KafkaConfig;
import io.logroute.receiver.otlp.OtlpConfig;

/** What keeps the lines. */
public sealed interface SinkConfig {

  /** Files in the data folder. */
  record Files() implements SinkConfig {}

  /** Topics of Kafka. */
  record Kafka(KafkaConfig config) implements SinkConfig {}

  /** Whatever stands behind an OpenTelemetry collector. */
  record Otlp(OtlpConfig config) implements SinkConfig {}
}
