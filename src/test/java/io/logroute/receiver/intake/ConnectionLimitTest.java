// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.sink.AckedBatch;
import io.logroute.receiver.sink.AckedSink;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.wire.WireLimits;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

class ConnectionLimitTest {

  private static final int MOST = 3;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final IntakeMetrics metrics = new IntakeMetrics(registry);
  private final AtomicInteger lines = new AtomicInteger();

  @Test
  void shouldEndConnectionsOfThePullSocketBeyondTheBoundAndTakeOthersWhenThereIsRoom()
      throws Exception {
    try (Intake intake =
            Intake.bind(
                SocketKind.PULL,
                BindAddress.parse("tcp://127.0.0.1:*"),
                new IntakeLimits(1 << 20, 8 << 20, 100, MOST),
                (batch, timeout) -> {
                  lines.addAndGet(batch.lines().size());
                  return true;
                },
                metrics,
                Clock.systemUTC());
        ZContext context = new ZContext()) {
      intake.start();
      for (int i = 0; i < MOST; i++) {
        send(context, intake.boundAddress());
      }
      awaitLines(MOST);

      awaitEnd(intake.boundAddress());
      assertThat(refused("pull")).isPositive();

      ZMQ.Socket waiting = send(context, intake.boundAddress());
      context.getSockets().stream()
          .filter(socket -> socket != waiting)
          .findFirst()
          .ifPresent(ZMQ.Socket::close);
      awaitLines(MOST + 1);
    }
  }

  @Test
  void shouldEndConnectionsOfTheAckedSocketBeyondTheBound() throws Exception {
    try (AckedIntake intake =
            AckedIntake.bind(
                BindAddress.parse("tcp://127.0.0.1:*"),
                new AckedLimits(
                    MOST, 9, 9, 9, WireLimits.MIN_WINDOW_BYTES, 9 * WireLimits.MIN_WINDOW_BYTES),
                new NoSink(),
                metrics,
                new AckedMetrics(registry),
                Clock.systemUTC(),
                null);
        ZContext context = new ZContext()) {
      intake.start();
      for (int i = 0; i < MOST; i++) {
        context.createSocket(SocketType.DEALER).connect(intake.boundAddress());
      }

      awaitEnd(intake.boundAddress());
      assertThat(refused("acked")).isPositive();
    }
  }

  private static ZMQ.Socket send(ZContext context, String address) {
    ZMQ.Socket socket = context.createSocket(SocketType.PUSH);
    socket.setHandshakeIvl(1000);
    socket.setReconnectIVL(100);
    socket.connect(address);
    assertThat(
            socket.sendMore("tenant")
                && socket.sendMore("service")
                && socket.send("0123456789ab: line"))
        .isTrue();
    return socket;
  }

  private void awaitLines(int count) {
    await().atMost(SOON).untilAsserted(() -> assertThat(lines).hasValue(count));
  }

  /** A connection that is taken is greeted at once; one that is too much ends without a byte. */
  private static void awaitEnd(String address) {
    await().atMost(SOON).untilAsserted(() -> assertThat(firstByte(address)).isEqualTo(-1));
  }

  private static int firstByte(String address) throws IOException {
    URI uri = URI.create(address);
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      return socket.getInputStream().read();
    }
  }

  private double refused(String socket) {
    return registry.scrape(name -> name.equals("logroute_receiver_refused_connections")).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .filter(point -> List.of(socket).contains(point.getLabels().get("socket")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private static final class NoSink implements AckedSink {
    @Override
    public void take(AckedBatch batch) {
      throw new AssertionError("nobody sends a batch");
    }

    @Override
    public void forget(AckedStream stream) {
      throw new AssertionError("nobody ends a stream");
    }

    @Override
    public UUID storeId() {
      return new UUID(1, 2);
    }
  }
}
