// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import io.logroute.receiver.kafka.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real agent, a real receiver and a real broker, and receiver and broker are killed while pods
 * write: at the end Kafka has every line, and after dropping repeats by stream and offset each
 * container's lines are in order. Longer with {@code -Dlogroute.kafka.kills=10}.
 */
class KafkaDeliveryIT {

  private static final int KILLS = Integer.getInteger("logroute.kafka.kills", 2);
  private static final int LINES_A_STEP = 4000;
  private static final Duration SOON = Duration.ofSeconds(180);

  /** What befalls them. */
  private enum Blow {
    RECEIVER_KILLED,
    BROKER_KILLED,
    BOTH_KILLED
  }

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final CuttingProxy proxy = new CuttingProxy();
  private final List<ContainerWriter> containers = new ArrayList<>();
  private KafkaBroker broker;
  private ReceiverProcess receiver;
  private AgentProcess agent;
  private int receivers;
  private int errLines;

  @BeforeEach
  void start() throws Exception {
    broker = KafkaBroker.start(folder.resolve("kafka"));
    NodeFolders node = new NodeFolders(folder);
    for (int i = 0; i < 4; i++) {
      containers.add(node.container("shop", "web-" + i, "app"));
    }
    node.route(
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}]
          routes: [{name: all, driver: zmq, endpoint: central}]
          pods:
            - namespace: '*'
              name: '*'
              containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
        """
            .formatted(proxy.port()));
    startReceiver();
    agent = AgentProcess.launch(node);
  }

  private void startReceiver() {
    receiver =
        ReceiverProcess.start(
            folder.resolve("data"),
            folder.resolve("receiver-" + receivers++ + ".log"),
            "--sink",
            "kafka",
            "--kafka-bootstrap",
            broker.bootstrap());
    proxy.leadTo(receiver.ackedPort());
  }

  @AfterEach
  void stop() throws Exception {
    if (agent != null) {
      agent.close();
    }
    if (receiver != null) {
      receiver.close();
    }
    if (broker != null) {
      broker.close();
    }
    proxy.close();
  }

  @Test
  void shouldHaveEveryLineInOrderThroughKillsOfReceiverAndBroker() throws Exception {
    List<Blow> blows = new ArrayList<>();
    for (Blow blow : Blow.values()) {
      blows.addAll(Collections.nCopies(KILLS, blow));
    }
    Collections.shuffle(blows, random);
    for (Blow blow : blows) {
      double before = stored();
      write();
      await("seed " + seed).atMost(SOON).until(() -> stored() > before);
      write();
      pauseAtRandom();
      strike(blow);
    }
    write();

    Map<String, List<String>> wanted = new HashMap<>();
    for (ContainerWriter container : containers) {
      wanted.put(container.key() + " stdout", container.stdout());
      wanted.put(container.key() + " stderr", container.stderr());
    }
    try (Reader reader = new Reader(broker.bootstrap())) {
      await("seed " + seed)
          .atMost(SOON)
          .until(
              () -> {
                reader.poll();
                return reader.lines() >= wanted.values().stream().mapToInt(List::size).sum();
              });
      wanted.forEach(
          (stream, lines) ->
              assertThat(reader.byStream.get(stream))
                  .as("%s, seed %d", stream, seed)
                  .isEqualTo(lines));
      System.out.printf(
          "kafka: %d kills, %d lines, %d repeats dropped by stream and offset, none missing%n",
          blows.size(), reader.lines(), reader.repeats);
      assertThat(reader.partitionsByKey.values()).allMatch(partitions -> partitions.size() == 1);
    }
    assertThat(receiver.terminate()).isZero();
  }

  private void write() {
    for (ContainerWriter container : containers) {
      container.lines(random.nextInt(LINES_A_STEP));
      container.line("stderr", container.key() + " line " + errLines++ + " of stderr");
      container.lines(1);
      if (random.nextInt(4) == 0) {
        container.rotate();
      }
    }
  }

  private double stored() {
    return receiver.metric("logroute_receiver_stored_lines_total");
  }

  /** So that blows fall while lines are on their way. */
  private void pauseAtRandom() {
    long untilNanos = System.nanoTime() + random.nextLong(300_000_000);
    await().until(() -> System.nanoTime() - untilNanos > 0);
  }

  private void strike(Blow blow) {
    switch (blow) {
      case RECEIVER_KILLED -> {
        receiver.kill();
        startReceiver();
      }
      case BROKER_KILLED -> broker.killAndStart();
      case BOTH_KILLED -> {
        receiver.kill();
        broker.killAndStart();
        startReceiver();
      }
    }
  }

  /** All that Kafka has, without repeats. */
  private static final class Reader implements AutoCloseable {
    private static final String TOPIC = "logs.t";

    private final KafkaConsumer<String, String> consumer;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, List<String>> byStream = new HashMap<>();
    private final Map<String, Set<Integer>> partitionsByKey = new HashMap<>();
    private int repeats;

    Reader(String bootstrap) {
      Properties settings = new Properties();
      settings.put("bootstrap.servers", bootstrap);
      settings.put("auto.offset.reset", "earliest");
      consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
      await().atMost(SOON).until(() -> !consumer.partitionsFor(TOPIC, SOON).isEmpty());
      List<TopicPartition> partitions =
          consumer.partitionsFor(TOPIC, SOON).stream()
              .map(info -> new TopicPartition(TOPIC, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }

    void poll() {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        partitionsByKey
            .computeIfAbsent(record.key(), key -> new HashSet<>())
            .add(record.partition());
        if (seen.add(header(record, "stream-id") + " " + header(record, "offset"))) {
          String stream =
              "%s_%s_%s/%s %s"
                  .formatted(
                      header(record, "namespace"),
                      header(record, "pod"),
                      header(record, "pod-uid"),
                      header(record, "container"),
                      header(record, "stream"));
          byStream.computeIfAbsent(stream, name -> new ArrayList<>()).add(record.value());
        } else {
          repeats++;
        }
      }
    }

    int lines() {
      return byStream.values().stream().mapToInt(List::size).sum();
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
