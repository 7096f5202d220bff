// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** A real broker as a process of its own, its own controller (KRaft), on one port for all lives. */
public final class KafkaBroker implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(120);

  private final Path folder;
  private final Path settings;
  private final int port = FreePort.next();
  private GuardedProcess process;

  private KafkaBroker(Path folder) throws IOException {
    this.folder = folder;
    int controller = FreePort.next();
    settings =
        Files.writeString(
            Files.createDirectories(folder).resolve("server.properties"),
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%d
            listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
            advertised.listeners=PLAINTEXT://127.0.0.1:%d
            controller.listener.names=CONTROLLER
            log.dirs=%s
            num.partitions=3
            offsets.topic.replication.factor=1
            group.initial.rebalance.delay.ms=0
            """
                .formatted(controller, port, controller, port, folder.resolve("logs")));
    GuardedProcess format =
        java("kafka.tools.StorageTool", "format", "-t", Uuid.randomUuid().toString(), "-c");
    assertThat(format.waitFor(SOON)).as("see %s", format.log()).isZero();
    process = launch();
  }

  /** Starts a broker and waits until it answers. */
  public static KafkaBroker start(Path folder) throws IOException {
    KafkaBroker broker = new KafkaBroker(folder);
    broker.awaitAnswer();
    return broker;
  }

  private GuardedProcess java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    command.add(settings.toString());
    return GuardedProcess.start(command, Map.of(), folder.resolve("broker.log"));
  }

  private GuardedProcess launch() {
    return java("kafka.Kafka");
  }

  private void awaitAnswer() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap());
    properties.put("default.api.timeout.ms", "3000");
    properties.put("request.timeout.ms", "2000");
    await("the broker, see " + process.log())
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () -> {
              try (Admin admin = Admin.create(properties)) {
                Set<String> topics = admin.listTopics().names().get();
                return topics != null;
              }
            });
  }

  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  public long pid() {
    return process.pid();
  }

  /** Kills it and starts it again; returns before it answers. */
  public void killAndStart() {
    process.kill();
    process.close();
    process = launch();
  }

  @Override
  public void close() {
    process.kill();
    process.close();
  }
}
