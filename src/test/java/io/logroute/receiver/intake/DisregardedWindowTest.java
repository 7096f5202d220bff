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
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** A listed sender that sends on while nothing is read: it is made to wait, and nobody else is. */
class DisregardedWindowTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int FRAME_BYTES = 1 << 20;
  private static final int FRAMES = 100;

  /** The kernel's buffers hold some of them, at both ends. */
  private static final int MOST_FRAMES = 40;

  private static final long WINDOW_BYTES = 1 << 20;
  private static final AckedLimits LIMITS =
      new AckedLimits(100, 10, 3, 30, WINDOW_BYTES, 12 * WINDOW_BYTES);

  @TempDir private Path folder;

  private final ZMQ.Curve.KeyPair server = ZMQ.Curve.generateKeyPair();
  private final ZMQ.Curve.KeyPair known = ZMQ.Curve.generateKeyPair();
  private final Semaphore mayStore = new Semaphore(0);

  @SuppressWarnings("NullAway.Init")
  private AckedIntake intake;

  /** Holds up the socket's thread itself. */
  private final AckedSink sink =
      new AckedSink() {
        @Override
        public void take(AckedBatch batch) {
          mayStore.acquireUninterruptibly();
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
  void stop() {
    mayStore.release(1_000_000);
    intake.close();
  }

  private void start(boolean withCurve) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), server.secretKey);
    Path senders = Files.writeString(folder.resolve("senders"), known.publicKey + " *\n");
    PrometheusRegistry registry = new PrometheusRegistry();
    intake =
        AckedIntake.bind(
            BindAddress.parse("tcp://127.0.0.1:0"),
            LIMITS,
            sink,
            new IntakeMetrics(registry),
            new AckedMetrics(registry),
            Clock.systemUTC(),
            withCurve ? Curve.open(key, senders) : null);
    intake.start();
  }

  private TestSender sender(boolean withCurve) {
    return withCurve
        ? new TestSender(intake.boundAddress(), server.publicKey, known)
        : new TestSender(intake.boundAddress());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldLetInNoMoreThanMayWait(boolean withCurve) throws Exception {
    start(withCurve);
    try (TestSender good = sender(withCurve);
        Flood flood = new Flood(withCurve)) {
      begin(good);
      assertThat(flood.send(FRAMES)).isLessThan(MOST_FRAMES);

      mayStore.release(1_000_000);
      assertThat(good.receive()).isInstanceOf(Message.Ack.class);
      try (TestSender later = sender(withCurve)) {
        begin(later);
        assertThat(later.receive()).isInstanceOf(Message.Ack.class);
      }
      assertThat(flood.send(MOST_FRAMES)).as("it is read again").isEqualTo(MOST_FRAMES);
    }
  }

  @Test
  void shouldEndThoughNothingWasReadForLong() throws Exception {
    start(true);
    try (TestSender good = sender(true);
        Flood flood = new Flood(true)) {
      begin(good);
      flood.send(FRAMES);
      Thread closer = Thread.ofPlatform().start(intake::close);
      mayStore.release(1);
      await().atMost(SOON).until(() -> !closer.isAlive());
    }
  }

  private static void begin(TestSender sender) {
    assertThat(sender.greet(5)).isInstanceOf(Message.Welcome.class);
    sender.send(
        new Message.Stream(
            5,
            1,
            new StreamIdentity(
                "c", "n", "t", "s", "a/r", "a", "p", "u", "app", 0, StandardStream.STDOUT, 7)));
    BatchWriter batch = sender.begin();
    byte[] line = "line".getBytes(US_ASCII);
    batch.add(1, 0, 1, 5, 0, line, 0, line.length);
    sender.sendBatch(5, 1);
  }

  /** Sends what is no message, whatever it is told. */
  private final class Flood implements AutoCloseable {
    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket socket = context.socket(SocketType.DEALER);

    Flood(boolean withCurve) {
      if (withCurve) {
        socket.setCurveServerKey(ZMQ.Curve.z85Decode(server.publicKey));
        socket.setCurvePublicKey(ZMQ.Curve.z85Decode(known.publicKey));
        socket.setCurveSecretKey(ZMQ.Curve.z85Decode(known.secretKey));
      }
      socket.setLinger(0);
      socket.setSndHWM(1);
      socket.setSendTimeOut(3000);
      socket.setHandshakeIvl(5000);
      socket.connect(intake.boundAddress());
    }

    /** The frames that were taken before none was for a while. */
    int send(int frames) {
      for (int i = 0; i < frames; i++) {
        if (!socket.send(new byte[FRAME_BYTES])) {
          return i;
        }
      }
      return frames;
    }

    @Override
    public void close() {
      socket.close();
      context.term();
    }
  }
}
