// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.Message;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import io.logroute.wire.TestSender;
import io.logroute.wire.WireLimits;
import io.logroute.zmq.RawPeer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Peers that announce long frames and do not send them take little memory, and harm nobody. */
class AnnouncedFramesTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int HOSTILE = 40;
  private static final long WINDOW_BYTES = 1 << 20;

  /** More than two of the longest frames and the test around them, far less than all of them. */
  private static final long FEW_BYTES = 8L * WireLimits.MAX_MESSAGE_BYTES;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final IntakeMetrics metrics = new IntakeMetrics(registry);
  private final List<Socket> peers = new ArrayList<>();
  private final AtomicLong lines = new AtomicLong();

  private final AckedSink sink =
      new AckedSink() {
        @Override
        public void take(AckedBatch batch) {
          batch.stored().run();
        }

        @Override
        public void forget(AckedStream stream) {}

        @Override
        public UUID storeId() {
          return new UUID(1, 2);
        }
      };

  @AfterEach
  void closePeers() throws IOException {
    for (Socket peer : peers) {
      peer.close();
    }
  }

  @Test
  void shouldTakeBatchesWhileManyAnnounceTheLongestFrame() throws Exception {
    try (AckedIntake intake = acked()) {
      long usedBytes = used();
      announce(intake.boundAddress(), "DEALER", WireLimits.MAX_MESSAGE_BYTES);
      try (TestSender good = new TestSender(intake.boundAddress())) {
        assertThat(good.greet(5)).isInstanceOf(Message.Welcome.class);
        openStream(good);
        sendLine(good, 1, 4_000);
        assertThat(good.receive()).isInstanceOf(Message.Ack.class);
        assertThat(used() - usedBytes).isLessThan(FEW_BYTES);
      }
    }
  }

  @Test
  void shouldRefuseWhatComesOfSuchAFrameAndGoOn() throws Exception {
    try (AckedIntake intake = acked()) {
      announce(intake.boundAddress(), "DEALER", WireLimits.MAX_MESSAGE_BYTES);
      try (TestSender good = new TestSender(intake.boundAddress())) {
        assertThat(good.greet(5)).isInstanceOf(Message.Welcome.class);
        openStream(good);
        sendLine(good, 1, 20_000);
        assertThat(good.receive())
            .isInstanceOfSatisfying(
                Message.Refuse.class,
                refuse -> assertThat(refuse.sentence()).contains("no room for its message"));
        assertThat(refusedForRoom()).isPositive();
      }
      closePeers();
      await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> isTaken(intake));
    }
  }

  @Test
  void shouldTakeLinesWhileManyAnnounceTheLongestFrame() throws Exception {
    IntakeLimits limits = new IntakeLimits(WireLimits.MAX_MESSAGE_BYTES, 1 << 20, 256, 100);
    try (Intake intake =
            Intake.bind(
                SocketKind.PULL,
                BindAddress.parse("tcp://127.0.0.1:*"),
                limits,
                (batch, timeout) -> {
                  lines.addAndGet(batch.lines().size());
                  return true;
                },
                metrics,
                Clock.systemUTC());
        ZContext context = new ZContext()) {
      intake.start();
      long usedBytes = used();
      announce(intake.boundAddress(), "PUSH", WireLimits.MAX_MESSAGE_BYTES);
      ZMQ.Socket good = context.createSocket(SocketType.PUSH);
      good.connect(intake.boundAddress());
      sendFrames(good, 4_000);
      await().atMost(SOON).untilAsserted(() -> assertThat(lines).hasValue(1));
      assertThat(used() - usedBytes).isLessThan(FEW_BYTES);
      sendFrames(good, 20_000);
      await().atMost(SOON).untilAsserted(() -> assertThat(refusedForRoom()).isPositive());
    }
  }

  private AckedIntake acked() throws BindFailedException {
    AckedIntake intake =
        AckedIntake.bind(
            BindAddress.parse("tcp://127.0.0.1:*"),
            new AckedLimits(100, 10, 3, 30, WINDOW_BYTES, 12 * WINDOW_BYTES),
            sink,
            metrics,
            new AckedMetrics(registry),
            Clock.systemUTC(),
            null);
    intake.start();
    return intake;
  }

  /** Each is through its handshake, and the receiver has read what it announced. */
  private void announce(String address, String type, long frameBytes) throws IOException {
    URI uri = URI.create(address);
    for (int i = 0; i < HOSTILE; i++) {
      Socket peer = new Socket(uri.getHost(), uri.getPort());
      peers.add(peer);
      OutputStream out = peer.getOutputStream();
      RawPeer.shakeHands(peer, type);
      out.write(RawPeer.announce(frameBytes));
      out.write(1);
    }
  }

  private boolean isTaken(AckedIntake intake) {
    try (TestSender later = new TestSender(intake.boundAddress())) {
      later.greet(6);
      openStream(later, 6);
      sendLine(later, 6, 1, 20_000);
      return later.receive() instanceof Message.Ack;
    }
  }

  private static void openStream(TestSender sender) {
    openStream(sender, 5);
  }

  private static void openStream(TestSender sender, long session) {
    StreamIdentity identity =
        new StreamIdentity(
            "c", "n", "t", "s", "a/r", "a", "p", "u", "app", 0, StandardStream.STDOUT, 7);
    sender.send(new Message.Stream(session, 1, identity));
  }

  private static void sendLine(TestSender sender, long number, int bytes) {
    sendLine(sender, 5, number, bytes);
  }

  private static void sendLine(TestSender sender, long session, long number, int bytes) {
    BatchWriter batch = sender.begin();
    batch.add(1, 0, 1, 5, 0, new byte[bytes], 0, bytes);
    sender.sendBatch(session, number);
  }

  private static void sendFrames(ZMQ.Socket socket, int bytes) {
    assertThat(
            socket.sendMore("tenant")
                && socket.sendMore("service")
                && socket.send(("0123456789ab: " + "x".repeat(bytes)).getBytes(US_ASCII)))
        .isTrue();
  }

  private double refusedForRoom() {
    return registry.scrape(name -> name.equals("logroute_receiver_refused_messages")).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .filter(point -> "no_room".equals(point.getLabels().get("reason")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  /** Heap after a collection, and what is beside it. */
  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
  }
}
