// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.SmallDisk;
import io.logroute.receiver.kafka.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through a real broker. Longer with {@code -Dlogroute.kafka.kills=10}. */
class KafkaDeliveryIT {

  private static final int KILLS = Integer.getInteger("logroute.kafka.kills", 2);
  private static final Duration SOON = Duration.ofSeconds(180);

  @TempDir private Path folder;

  @Test
  void shouldHaveEveryLineInOrderThroughKillsOfReceiverAndBroker() throws Exception {
    try (Centre centre = new Centre(KafkaBroker.start(folder.resolve("kafka")));
        SinkDelivery delivery = new SinkDelivery(folder, centre);
        Reader reader = new Reader(centre.broker.bootstrap())) {
      delivery.shouldHaveEveryLineInOrder("kafka", KILLS, reader);
      assertThat(reader.partitionsByKey).isNotEmpty();
      assertThat(reader.partitionsByKey.values()).allMatch(partitions -> partitions.size() == 1);
    }
  }

  /** A broker whose disk is full dies; it has what it answered for when it comes again. */
  @Test
  void shouldHaveEveryLineInOrderWhenTheDiskOfTheBrokerWasFull() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("kafka/logs"), "2m");
        Centre centre = new Centre(KafkaBroker.start(folder.resolve("kafka")));
        SinkDelivery delivery = new SinkDelivery(folder, centre);
        Reader reader = new Reader(centre.broker.bootstrap())) {
      delivery.shouldHaveEveryLineInOrderAfterAFullDisk(
          "kafka",
          60_000,
          () -> {
            disk.resize("256m");
            centre.killAndStart();
          },
          reader);
    }
  }

  private record Centre(KafkaBroker broker) implements SinkDelivery.Centre {
    @Override
    public String[] options() {
      return new String[] {"--sink", "kafka", "--kafka-bootstrap", broker.bootstrap()};
    }

    @Override
    public void killAndStart() {
      broker.killAndStart();
    }

    @Override
    public void close() {
      broker.close();
    }
  }

  private static final class Reader implements SinkDelivery.Reader {
    private static final String TOPIC = "logs.t";
    private static final Duration ONCE = Duration.ofMillis(200);

    private final KafkaConsumer<String, String> consumer;
    private final Map<String, Set<Integer>> partitionsByKey = new HashMap<>();

    Reader(String bootstrap) {
      Properties settings = new Properties();
      settings.put("bootstrap.servers", bootstrap);
      settings.put("auto.offset.reset", "earliest");
      settings.put("max.poll.records", "20000");
      consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private void assign() {
      await().atMost(SOON).until(() -> !consumer.partitionsFor(TOPIC, SOON).isEmpty());
      List<TopicPartition> partitions =
          consumer.partitionsFor(TOPIC, SOON).stream()
              .map(info -> new TopicPartition(TOPIC, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }

    @Override
    public void poll(SinkDelivery.Arrived into) {
      if (consumer.assignment().isEmpty()) {
        assign();
      }
      ConsumerRecords<String, String> records = consumer.poll(ONCE);
      while (!records.isEmpty()) {
        take(records, into);
        records = consumer.poll(ONCE);
      }
    }

    private void take(ConsumerRecords<String, String> records, SinkDelivery.Arrived into) {
      for (ConsumerRecord<String, String> record : records) {
        partitionsByKey
            .computeIfAbsent(record.key(), key -> new HashSet<>())
            .add(record.partition());
        String stream =
            "%s_%s_%s/%s %s"
                .formatted(
                    header(record, "namespace"),
                    header(record, "pod"),
                    header(record, "pod-uid"),
                    header(record, "container"),
                    header(record, "stream"));
        into.line(
            header(record, "stream-id") + " " + header(record, "offset"), stream, record.value());
      }
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
      return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
