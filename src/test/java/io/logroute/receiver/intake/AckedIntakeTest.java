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
import io.logroute.wire.Refusal;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import io.logroute.wire.TestSender;
import io.logroute.wire.WireLimits;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AckedIntakeTest {

  private static final UUID STORE = UUID.randomUUID();
  private static final long WINDOW = WireLimits.MIN_WINDOW_BYTES;

  private final List<AckedBatch> taken = new CopyOnWriteArrayList<>();
  private final List<AckedStream> forgotten = new CopyOnWriteArrayList<>();
  private AckedIntake intake;
  private TestSender sender;

  /** Stores when the test says so. */
  private final class PatientSink implements AckedSink {
    @Override
    public void take(AckedBatch batch) {
      taken.add(batch);
    }

    @Override
    public void forget(AckedStream stream) {
      forgotten.add(stream);
    }

    @Override
    public UUID storeId() {
      return STORE;
    }
  }

  @BeforeEach
  void bind() throws Exception {
    start(new AckedLimits(100, 2, 3, 5, WINDOW, 100 * WINDOW));
  }

  private void start(AckedLimits limits) throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    intake =
        AckedIntake.bind(
            BindAddress.parse("tcp://127.0.0.1:*"),
            limits,
            new PatientSink(),
            new IntakeMetrics(registry),
            new AckedMetrics(registry),
            Clock.systemUTC(),
            null);
    intake.start();
    sender = new TestSender(intake.boundAddress());
  }

  @AfterEach
  void close() {
    sender.close();
    intake.close();
  }

  @Test
  void shouldWelcomeWithTheStoreAndTheLimits() {
    Message.Welcome welcome = (Message.Welcome) sender.greet(5);
    assertThat(new UUID(welcome.storeIdHigh(), welcome.storeIdLow())).isEqualTo(STORE);
    assertThat(welcome.session()).isEqualTo(5);
    assertThat(welcome.windowBytes()).isEqualTo(WINDOW);
    assertThat(welcome.maxStreams()).isEqualTo(3);
    assertThat(welcome.features()).isZero();
  }

  @Test
  void shouldAcknowledgeOnlyWhatIsStored() {
    sender.greet(5);
    open(5, 1, "web", 7);
    batch(5, 1, 1, 0, 10);
    batch(5, 2, 1, 10, 30);
    sender.send(new Message.Ping(5, 99));
    assertThat(sender.receive()).isEqualTo(new Message.Pong(5, 99));
    await().until(() -> taken.size() == 2);
    taken.get(0).stored().run();
    assertThat(sender.receive()).isEqualTo(ack(5, 1, 10));
    taken.get(1).stored().run();
    assertThat(sender.receive()).isEqualTo(ack(5, 1, 30));
  }

  @Test
  void shouldRefuseAnotherVersionAndSessionsThatItDoesNotKnow() {
    sender.send(new Message.Hello(9, 2, 3, 0, "", "node-1", "test"));
    assertRefused(Refusal.VERSION, 9, 0);
    batch(8, 1, 1, 0, 10);
    assertRefused(Refusal.NO_SESSION, 8, 0);
    batch(8, 2, 1, 10, 20);
    sender.send(new Message.Bye(8));
    assertThat(sender.greet(10)).isInstanceOf(Message.Welcome.class);
    sender.send(new Message.Bye(10));
    sender.send(new Message.Ping(10, 1));
    assertRefused(Refusal.NO_SESSION, 10, 0);
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldRefuseAGapAndStoreNothingBehindIt() {
    sender.greet(5);
    open(5, 1, "web", 7);
    batch(5, 2, 1, 0, 10);
    assertRefused(Refusal.GAP, 5, 0);
    batch(5, 1, 1, 0, 10);
    assertRefused(Refusal.NO_SESSION, 5, 0);
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsMalformed() {
    sender.greet(5);
    sender.send(new byte[] {1, 2, 3});
    assertRefused(Refusal.MALFORMED, 5, 0);
    sender.greet(6);
    batch(6, 1, 1, 0, 10);
    assertRefused(Refusal.MALFORMED, 6, 0);
    sender.greet(7);
    open(7, 4, "web", 7);
    open(7, 3, "web", 8);
    assertRefused(Refusal.MALFORMED, 7, 0);
    sender.greet(8);
    sender.send(new Message.Pong(8, 1));
    assertRefused(Refusal.MALFORMED, 8, 0);
  }

  @Test
  void shouldRefuseMoreThanTheWindowButTakeALargerBatchAlone() {
    sender.greet(5);
    open(5, 1, "web", 7);
    batch(5, 1, 1, 0, 1000, 40_000);
    await().until(() -> taken.size() == 1);
    taken.get(0).stored().run();
    assertThat(sender.receive()).isEqualTo(ack(5, 1, 1000));
    batch(5, 2, 1, 1000, 2000, 40_000);
    batch(5, 3, 1, 2000, 3000, 40_000);
    assertRefused(Refusal.OVER_WINDOW, 5, 0);
    assertThat(taken).hasSize(2);
  }

  @Test
  void shouldRefuseAStreamAloneAndSkipItsLines() {
    sender.greet(5);
    open(5, 1, "..", 7);
    assertRefused(Refusal.BAD_IDENTITY, 5, 1);
    batch(5, 1, 1, 0, 10);
    open(5, 2, "a", 1);
    open(5, 3, "b", 1);
    open(5, 4, "c", 1);
    open(5, 5, "d", 1);
    assertRefused(Refusal.TOO_MANY_STREAMS, 5, 5);
    sender.send(new Message.End(5, 2, false));
    sender.send(new Message.End(5, 3, true));
    open(5, 6, "d", 1);
    batch(5, 2, 6, 0, 10);
    await().until(() -> taken.size() == 1);
    assertThat(forgotten).extracting(stream -> stream.identity().pod()).containsExactly("b");
    taken.get(0).stored().run();
    assertThat(sender.receive()).isEqualTo(ack(5, 6, 10));
  }

  @Test
  void shouldEndASessionForItsSuccessorAndOneWhosePeerIsGone() {
    sender.greet(5);
    open(5, 1, "web", 7);
    batch(5, 1, 1, 0, 10);
    assertThat(sender.greet(6)).isInstanceOf(Message.Welcome.class);
    await().until(() -> taken.size() == 1);
    taken.get(0).stored().run();
    sender.send(new Message.Ping(6, 1));
    assertThat(sender.receive()).isEqualTo(new Message.Pong(6, 1));
    for (int i = 0; i < 5; i++) {
      sender.close();
      sender = new TestSender(intake.boundAddress());
      int session = 10 + i;
      await()
          .until(
              () -> {
                Message answer = sender.greet(session);
                return answer instanceof Message.Welcome;
              });
    }
  }

  @Test
  void shouldRefuseMoreSessionsThanItMayHave() {
    sender.greet(5);
    try (TestSender second = new TestSender(intake.boundAddress());
        TestSender third = new TestSender(intake.boundAddress())) {
      assertThat(second.greet(6)).isInstanceOf(Message.Welcome.class);
      assertThat(((Message.Refuse) third.greet(7)).refusal()).isEqualTo(Refusal.UNAVAILABLE);
    }
  }

  @Test
  void shouldAcknowledgeWhatTheStoreStillStoresAndSayGoodbyeWhenItStops() throws Exception {
    sender.greet(5);
    open(5, 1, "web", 7);
    batch(5, 1, 1, 0, 10);
    await().until(() -> taken.size() == 1);
    Thread stop = new Thread(intake::close);
    stop.start();
    taken.get(0).stored().run();
    assertThat(sender.receive()).isEqualTo(ack(5, 1, 10));
    assertThat(sender.receive()).isEqualTo(new Message.Closing(5));
    stop.join();
  }

  private void open(long session, int number, String pod, long generation) {
    sender.send(
        new Message.Stream(
            session,
            number,
            new StreamIdentity(
                "c1",
                "node-1",
                "t1",
                "s1",
                "r",
                "ns",
                pod,
                "uid",
                "app",
                0,
                StandardStream.STDOUT,
                generation)));
  }

  private void batch(long session, long number, int stream, long start, long end) {
    batch(session, number, stream, start, end, 10);
  }

  private void batch(long session, long number, int stream, long start, long end, int bytes) {
    BatchWriter writer = sender.begin();
    writer.add(stream, start, end, 1, 0, "x".repeat(bytes).getBytes(US_ASCII), 0, bytes);
    sender.sendBatch(session, number);
  }

  private static Message ack(long session, int stream, long end) {
    return new Message.Ack(session, List.of(new Message.Taken(stream, end)));
  }

  private void assertRefused(Refusal refusal, long session, int stream) {
    Message message = sender.receive();
    assertThat(message).isInstanceOf(Message.Refuse.class);
    Message.Refuse refuse = (Message.Refuse) message;
    assertThat(refuse.refusal()).isEqualTo(refusal);
    assertThat(refuse.session()).isEqualTo(session);
    assertThat(refuse.stream()).isEqualTo(stream);
  }
}
