// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.sink.LineBatch;
import io.logroute.receiver.sink.ReceivedLine;
import io.logroute.receiver.sink.TaggedStream;
import io.logroute.receiver.store.Traffic;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * What a broker cannot be made to do on demand: the client itself fails, and while it does no
 * broker's name is known, so that there is no client either.
 */
class KafkaSinkTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final AtomicInteger asked = new AtomicInteger();
  private final MockProducer<byte[], byte[]> failing = producer();
  private final MockProducer<byte[], byte[]> good = producer();

  /** It answers when it is told to, by another thread than the sender's, as the real one does. */
  private static MockProducer<byte[], byte[]> producer() {
    return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private Producer<byte[], byte[]> next() {
    return switch (asked.getAndIncrement()) {
      case 0 -> failing;
      case 1, 2 ->
          throw new KafkaException(
              "Failed to construct kafka producer",
              new ConfigException("No resolvable bootstrap urls given"));
      default -> good;
    };
  }

  @Test
  void shouldGoOnWhenABrokersNameIsUnknownForAWhile() {
    KafkaConfig config = new KafkaConfig("kafka:9092", new TopicTemplate("logs"), Map.of());
    KafkaMetrics metrics = new KafkaMetrics(new PrometheusRegistry());
    try (KafkaSink sink = new KafkaSink(config, metrics, new Traffic(), this::next)) {
      sink.start();
      byte[] frame = "tag: a line".getBytes(StandardCharsets.UTF_8);
      ReceivedLine line = new ReceivedLine(new TaggedStream("t", "s", "tag"), frame, 5);
      sink.offer(new LineBatch(Instant.EPOCH, List.of(line)), Duration.ofSeconds(1));
      await().atMost(SOON).until(() -> failing.history().size() == 1);

      failing.errorNext(new KafkaException("the client is confused"));

      await("an obstacle").atMost(SOON).until(() -> sink.obstacle().isPresent());
      await("the line").atMost(SOON).until(() -> good.history().size() == 1);
      assertThat(good.history().getFirst().value()).isEqualTo("a line".getBytes());
      good.completeNext();
      await("no obstacle").atMost(SOON).until(() -> sink.obstacle().isEmpty());
    }
    assertThat(asked).hasValue(4);
  }
}
