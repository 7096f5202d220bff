// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How lines get into Kafka.
 *
 * @param bootstrap {@code HOST:PORT[,HOST:PORT...]}
 * @param topic where to
 * @param more of the producer's own settings, for TLS, passwords and the like
 */
public record KafkaConfig(String bootstrap, TopicTemplate topic, Map<String, String> more) {

  /** What the promise rests on is not for others to set. */
  private static final Set<String> OURS =
      Set.of(
          ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.RETRIES_CONFIG,
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG);

  private static final int DEFAULT_REQUEST_BYTES = 1 << 20;

  /** Room for a record's key, headers and frame. */
  private static final int RECORD_OVERHEAD_BYTES = 48 * 1024;

  /**
   * @throws IllegalArgumentException with one sentence
   */
  public KafkaConfig {
    more = Map.copyOf(more);
    for (String name : more.keySet()) {
      if (OURS.contains(name)) {
        throw new IllegalArgumentException(
            "%s is set by LogRoute itself, since its promise rests on it".formatted(name));
      }
    }
    if (requestBytes(more) < 2 * RECORD_OVERHEAD_BYTES) {
      throw new IllegalArgumentException(
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG + " is a number of bytes, at least 98304");
    }
  }

  private static int requestBytes(Map<String, String> more) {
    String value = more.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    try {
      return value == null ? DEFAULT_REQUEST_BYTES : Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Of a longer line only so many bytes fit into a request. */
  int maxLineBytes() {
    return requestBytes(more) - RECORD_OVERHEAD_BYTES;
  }

  Map<String, Object> producer() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "logroute-receiver");
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DEFAULT_REQUEST_BYTES);
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    settings.putAll(more);
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2000);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return settings;
  }
}
