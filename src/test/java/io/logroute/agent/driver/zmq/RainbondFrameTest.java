// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.agent.driver.ConnectionStatus;
import io.logroute.agent.driver.ContainerInstance;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.driver.Target;
import io.logroute.cluster.FreePort;
import io.logroute.options.LogOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Format {@code rainbond-frame}, read as Rainbond's receiver reads it: a SUB socket that binds and
 * has subscribed to everything, each frame a message of its own, its parts found by their place.
 */
class RainbondFrameTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SERVICE = "b0baf29788500c429a242185605f8cf6";
  private static final String CONTAINER = "3f1c9f0e8b5a";

  /** {@code handleDockerLog} in goodrain/rainbond, api/eventlog/store/manager.go. */
  private record Seen(String containerId, String serviceId, String log) {
    static Seen of(byte[] message) {
      assertThat(message).as("shorter ones vanish").hasSizeGreaterThanOrEqualTo(47);
      return new Seen(
          new String(message, 0, 12, ISO_8859_1),
          new String(message, 13, 32, ISO_8859_1),
          new String(message, 45, message.length - 45, ISO_8859_1));
    }
  }

  private final ConnectionStatus status = new ConnectionStatus();
  private final AtomicLong possiblyLost = new AtomicLong();

  private LogDriver driver(String socket, int port) {
    return new ZmqDriver(
        new DriverContext(
            "central",
            "node-1",
            List.of("tcp://127.0.0.1:" + port),
            socket,
            "rainbond-frame",
            false,
            0,
            Path.of("."),
            possiblyLost::addAndGet,
            () -> {},
            status));
  }

  private static Target target(String container) {
    return new Target(
        "r",
        "tenant",
        SERVICE,
        container,
        LogOptions.parse(Map.of()),
        new ContainerInstance("", "node-1", "ns", "pod", "uid", "app", 0));
  }

  private static ZMQ.Socket receiver(ZContext context, String socket, int port) {
    ZMQ.Socket made = context.createSocket(socket.equals("PUB") ? SocketType.SUB : SocketType.PULL);
    if (socket.equals("PUB")) {
      made.subscribe("");
    }
    made.setRcvHWM(0);
    assertThat(made.bind("tcp://127.0.0.1:" + port)).isTrue();
    return made;
  }

  /** A SUB socket of JeroMQ subscribes only while somebody reads it. */
  private static void send(
      LogDriver driver, ZMQ.Socket receiver, List<byte[]> all, Target target, byte[] line) {
    LogLine next = new LogLine().set(target, line, 0, line.length, false, 0, false);
    LogDriver.Outcome outcome = driver.log(next);
    for (long end = deadline(); outcome != LogDriver.Outcome.TAKEN; outcome = driver.log(next)) {
      assertThat(System.nanoTime()).as("%s", outcome).isLessThan(end);
      take(receiver, all);
      rest(driver, outcome == LogDriver.Outcome.BUSY);
    }
  }

  private static void receive(LogDriver driver, ZMQ.Socket receiver, List<byte[]> all, int wanted) {
    for (long end = deadline(); all.size() < wanted; rest(driver, true)) {
      assertThat(System.nanoTime()).as("%d messages", all.size()).isLessThan(end);
      take(receiver, all);
    }
  }

  private static void take(ZMQ.Socket receiver, List<byte[]> all) {
    for (byte[] m = receiver.recv(ZMQ.DONTWAIT); m != null; m = receiver.recv(ZMQ.DONTWAIT)) {
      assertThat(receiver.hasReceiveMore()).as("one frame").isFalse();
      all.add(m);
    }
  }

  private static long deadline() {
    return System.nanoTime() + SOON.toNanos();
  }

  private static void rest(LogDriver driver, boolean idle) {
    if (!driver.work(System.nanoTime(), idle)) {
      LockSupport.parkNanos(200_000);
    }
  }

  @Test
  void shouldBeTheDocumentedBytes() {
    Batch.Prefix prefix =
        Batch.Prefix.ofRainbond(SERVICE.getBytes(UTF_8), CONTAINER.getBytes(UTF_8));
    Batch batch = new Batch(1000, prefix);
    byte[] line = "GET / 200".getBytes(UTF_8);

    batch.add(prefix, line, 0, line.length);

    assertThat(new String(batch.bytes(), 0, batch.length(), UTF_8))
        .isEqualTo("3f1c9f0e8b5a,b0baf29788500c429a242185605f8cf6GET / 200");
    assertThat(batch.firstFrameLength()).isEqualTo(batch.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldFeedAReceiverThatReadsByPlace(String socket) {
    int port = FreePort.next();
    Target target = target(CONTAINER);
    Target other = target("0123456789ab");
    List<byte[]> lines = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      lines.add(("line " + i + " " + "x".repeat(i % 400)).getBytes(UTF_8));
    }
    lines.add(new byte[0]);
    lines.add("a".getBytes(UTF_8));
    lines.add(new byte[] {0, (byte) 0xff, ','});
    lines.add(new byte[700_000]);

    try (ZContext context = new ZContext()) {
      ZMQ.Socket receiver = receiver(context, socket, port);
      LogDriver driver = driver(socket, port);
      List<byte[]> received = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        send(driver, receiver, received, i % 3 == 0 ? other : target, lines.get(i));
      }
      receive(driver, receiver, received, lines.size());
      driver.close(0);

      assertThat(received).hasSize(lines.size());
      for (int i = 0; i < lines.size(); i++) {
        byte[] line = lines.get(i);
        byte[] shown = Arrays.copyOf(line, Math.max(line.length, 2));
        Arrays.fill(shown, line.length, shown.length, (byte) ' ');
        assertThat(Seen.of(received.get(i)))
            .isEqualTo(
                new Seen(
                    i % 3 == 0 ? "0123456789ab" : CONTAINER,
                    SERVICE,
                    new String(shown, ISO_8859_1)));
      }
      assertThat(possiblyLost).hasValue(0);
    }
  }

  @Test
  void shouldKeepWhatIsOnlyQueuedWhenTheConnectionBreaks() {
    int port = FreePort.next();
    Target target = target(CONTAINER);
    List<byte[]> received = new ArrayList<>();
    LogDriver driver;
    try (ZContext context = new ZContext()) {
      ZMQ.Socket receiver = receiver(context, "PUB", port);
      driver = driver("PUB", port);
      send(driver, receiver, received, target, "first".getBytes(UTF_8));
      receive(driver, receiver, received, 1);
    }
    LogDriver opened = driver;
    await()
        .atMost(SOON)
        .until(
            () -> {
              opened.work(System.nanoTime(), true);
              return !status.isConnected();
            });
    try (ZContext context = new ZContext()) {
      ZMQ.Socket receiver = receiver(context, "PUB", port);
      send(driver, receiver, received, target, "second".getBytes(UTF_8));
      receive(driver, receiver, received, 2);
      assertThat(Seen.of(received.getLast()).log()).isEqualTo("second");
    }
    driver.close(0);
  }
}
