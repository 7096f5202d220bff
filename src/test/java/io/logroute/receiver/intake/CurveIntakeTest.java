// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.BatchReader;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.Message;
import io.logroute.wire.MessageEncoder;
import io.logroute.wire.Refusal;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import io.logroute.wire.TestSender;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

class CurveIntakeTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int LINES_A_BATCH = 20;

  @TempDir private Path folder;

  private final ZMQ.Curve.KeyPair server = ZMQ.Curve.generateKeyPair();
  private final ZMQ.Curve.KeyPair known = ZMQ.Curve.generateKeyPair();
  private final ZMQ.Curve.KeyPair unknown = ZMQ.Curve.generateKeyPair();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
  private final Semaphore mayStore = new Semaphore(Integer.MAX_VALUE / 2);
  private AckedIntake intake;

  /** Holds up the socket's thread itself while the test does not let it store. */
  private final AckedSink sink =
      new AckedSink() {
        @Override
        public void take(AckedBatch batch) {
          mayStore.acquireUninterruptibly();
          BatchReader reader = batch.lines();
          while (reader.next()) {
            lines.add(
                new String(reader.bytes(), reader.lineOffset(), reader.lineLength(), US_ASCII));
          }
          batch.stored().run();
        }

        @Override
        public void forget(AckedStream stream) {}

        @Override
        public UUID storeId() {
          return new UUID(1, 2);
        }
      };

  @BeforeEach
  void start() throws Exception {
    Files.writeString(keyFile(), server.secretKey + "\n");
    allow(known.publicKey + " t1,t2");
    intake =
        AckedIntake.bind(
            BindAddress.parse("tcp://127.0.0.1:0"),
            256 << 20,
            sink,
            new IntakeMetrics(registry),
            new AckedMetrics(registry),
            Clock.systemUTC(),
            Curve.open(keyFile(), sendersFile()));
    intake.start();
  }

  private Path keyFile() {
    return folder.resolve("key");
  }

  private Path sendersFile() {
    return folder.resolve("senders");
  }

  private void allow(String... senders) throws IOException {
    Files.writeString(sendersFile(), "# who may send\n" + String.join("\n", senders) + "\n");
  }

  @AfterEach
  void stop() {
    mayStore.release(1_000_000);
    intake.close();
  }

  private TestSender sender(String serverKey, ZMQ.Curve.KeyPair keys) {
    return new TestSender(intake.boundAddress(), serverKey, keys);
  }

  private static StreamIdentity identity(String tenant) {
    return new StreamIdentity(
        "c", "node-1", tenant, "s", "a/r", "a", "p", "u", "app", 0, StandardStream.STDOUT, 7);
  }

  private double counter(String name) {
    return registry.scrape().stream()
        .filter(metric -> metric.getMetadata().getName().equals(name))
        .flatMap(metric -> metric.getDataPoints().stream())
        .mapToDouble(point -> ((CounterSnapshot.CounterDataPointSnapshot) point).getValue())
        .sum();
  }

  private static void sendBatch(TestSender sender, long session, int number) {
    BatchWriter batch = sender.begin();
    for (int i = 0; i < LINES_A_BATCH; i++) {
      int line = (number - 1) * LINES_A_BATCH + i;
      byte[] text = line(line).getBytes(US_ASCII);
      batch.add(1, line, line + 1, 5, 0, text, 0, text.length);
    }
    sender.sendBatch(session, number);
  }

  private static String line(int number) {
    return "line " + number + " " + "z".repeat(number % 50);
  }

  @Test
  void shouldHandOverNothingButWhatWasSentWhenTheReceiverIsSlow() {
    int batches = 600;
    try (TestSender sender = sender(server.publicKey, known)) {
      assertThat(sender.greet(5)).isInstanceOf(Message.Welcome.class);
      sender.send(new Message.Stream(5, 1, identity("t1")));
      mayStore.drainPermits();
      for (int number = 1; number <= batches; number++) {
        sendBatch(sender, 5, number);
        if (number % 100 == 0) {
          mayStore.release(20);
        }
      }
      mayStore.release(batches);
      await()
          .atMost(SOON)
          .until(
              () ->
                  lines.size() == batches * LINES_A_BATCH
                      || counter("logroute_receiver_acked_malformed") > 0);
    }
    assertThat(counter("logroute_receiver_acked_malformed")).isZero();
    assertThat(List.copyOf(lines))
        .isEqualTo(
            IntStream.range(0, batches * LINES_A_BATCH).mapToObj(CurveIntakeTest::line).toList());
  }

  @Test
  void shouldLetInNobodyButThoseWhoMaySend() {
    try (TestSender stranger = sender(server.publicKey, unknown);
        TestSender misled = sender(unknown.publicKey, known);
        TestSender open = new TestSender(intake.boundAddress())) {
      for (TestSender each : List.of(stranger, misled, open)) {
        each.send(new Message.Hello(5, 1, 1, 0, "c", "n", "t"));
      }
      await().atMost(SOON).until(() -> counter("logroute_receiver_curve_refused_keys") > 0);
      await().atMost(SOON).until(() -> counter("logroute_receiver_curve_failed_handshakes") > 0);
    }
    assertThat(counter("logroute_receiver_acked_sessions_begun")).isZero();
    assertThat(counter("logroute_receiver_acked_malformed")).isZero();
  }

  @Test
  void shouldRefuseTenantsThatAreNotTheSenders() {
    try (TestSender sender = sender(server.publicKey, known)) {
      sender.greet(5);
      sender.send(new Message.Stream(5, 1, identity("t3")));
      assertRefused(sender.receive(), 1);
      sender.send(new Message.Stream(5, 2, identity("t2")));
      sender.send(new Message.Ping(5, 9));
      assertThat(sender.receive()).isEqualTo(new Message.Pong(5, 9));
    }
  }

  private static void assertRefused(Message message, int stream) {
    assertThat(message).isInstanceOf(Message.Refuse.class);
    Message.Refuse refuse = (Message.Refuse) message;
    assertThat(refuse.refusal()).isEqualTo(Refusal.NOT_ALLOWED);
    assertThat(refuse.stream()).isEqualTo(stream);
  }

  @Test
  void shouldEndSessionsOfThoseWhoMayNotSendAnyMore() throws Exception {
    try (TestSender sender = sender(server.publicKey, known);
        TestSender later = sender(server.publicKey, unknown)) {
      sender.greet(5);
      sender.send(new Message.Stream(5, 1, identity("t2")));
      sender.send(new Message.Ping(5, 9));
      sender.receive();
      allow("not a key *");
      allow(known.publicKey + " t1", unknown.publicKey + " *");
      assertRefused(sender.receive(), 0);
      assertThat(sender.greet(6)).isInstanceOf(Message.Welcome.class);
      allow(unknown.publicKey + " *");
      assertRefused(sender.receive(), 0);
      assertRefused(sender.greet(7), 0);
      await("another attempt of the one that was refused")
          .atMost(SOON)
          .until(
              () -> {
                try (TestSender again = sender(server.publicKey, unknown)) {
                  return again.greet(8) instanceof Message.Welcome;
                }
              });
    }
  }

  @Test
  void shouldTakeAnotherKeyWithoutARestart() throws Exception {
    ZMQ.Curve.KeyPair next = ZMQ.Curve.generateKeyPair();
    try (TestSender before = sender(server.publicKey, known)) {
      before.greet(5);
      Files.writeString(keyFile(), "torn");
      Files.writeString(keyFile(), next.secretKey);
      await()
          .atMost(SOON)
          .until(
              () -> {
                try (ShortSender after = new ShortSender(next.publicKey)) {
                  return after.isWelcome();
                }
              });
      before.send(new Message.Ping(5, 9));
      assertThat(before.receive()).isEqualTo(new Message.Pong(5, 9));
    }
  }

  /** Gives up soon when it is not answered. */
  private final class ShortSender implements AutoCloseable {
    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket socket = context.socket(SocketType.DEALER);

    ShortSender(String serverKey) {
      socket.setCurveServerKey(ZMQ.Curve.z85Decode(serverKey));
      socket.setCurvePublicKey(ZMQ.Curve.z85Decode(known.publicKey));
      socket.setCurveSecretKey(ZMQ.Curve.z85Decode(known.secretKey));
      socket.setLinger(0);
      socket.setReceiveTimeOut(2000);
      socket.connect(intake.boundAddress());
    }

    boolean isWelcome() {
      socket.send(new MessageEncoder().encode(new Message.Hello(6, 1, 1, 0, "c", "n", "t")));
      return socket.recv() != null;
    }

    @Override
    public void close() {
      socket.close();
      context.term();
    }
  }

  @Test
  void shouldSayWhatIsWrongWithItsFiles() throws Exception {
    Files.writeString(keyFile(), "too short");
    assertThatThrownBy(() -> Curve.open(keyFile(), sendersFile()))
        .hasMessage(keyFile() + " holds no CURVE key: 40 characters of Z85, and no more");
    assertThatThrownBy(() -> Curve.open(folder.resolve("none"), sendersFile()))
        .hasMessage("there is no file " + folder.resolve("none"));
    Files.writeString(keyFile(), server.secretKey);
    allow(known.publicKey + " t1", known.publicKey + " t2");
    assertThatThrownBy(() -> Curve.open(keyFile(), sendersFile()))
        .hasMessage(sendersFile() + " line 3: this key stands there twice");
    allow("short t1");
    assertThatThrownBy(() -> Curve.open(keyFile(), sendersFile()))
        .hasMessageContaining("line 2: write PUBLIC-KEY TENANT[,TENANT...]");
  }
}
