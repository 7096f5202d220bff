// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.receiver.kafka.KafkaConfig;
import io.logroute.receiver.kafka.TopicTemplate;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code receive --sink kafka} is told. */
final class KafkaOptions {

  @Option(
      names = "--kafka-bootstrap",
      paramLabel = "HOST:PORT[,HOST:PORT...]",
      description = "Brokers of Kafka, with --sink kafka.")
  private @Nullable String bootstrap;

  @Option(
      names = "--kafka-topic",
      paramLabel = "TEMPLATE",
      defaultValue = "logs.{tenant}",
      description =
          "The topic of a line; {tenant} and {service} stand for its ids. Default:"
              + " ${DEFAULT-VALUE}")
  private String topic;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "More settings of Kafka's producer, as a properties file: TLS, passwords.")
  private @Nullable Path settings;

  boolean isGiven() {
    return bootstrap != null || settings != null;
  }

  KafkaConfig config() {
    if (bootstrap == null) {
      throw new UsageException("--sink kafka needs --kafka-bootstrap HOST:PORT");
    }
    try {
      return new KafkaConfig(
          bootstrap, new TopicTemplate(topic), PropertiesOption.read("--kafka-config", settings));
    } catch (IllegalArgumentException e) {
      throw new UsageException("cannot use Kafka: " + e.getMessage());
    }
  }
}
