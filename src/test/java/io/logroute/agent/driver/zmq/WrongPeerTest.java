// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.agent.driver.ConnectionStatus;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * An address at which a socket of the wrong type listens: the driver says so, goes on trying, and
 * is there when the right one listens. It never throws, since that would end its pipeline.
 */
class WrongPeerTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final ZContext context = new ZContext();
  private final ConnectionStatus status = new ConnectionStatus();
  private @Nullable LogDriver driver;

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close(0);
    }
    context.close();
  }

  @ParameterizedTest
  @CsvSource({
    "DEALER, PULL",
    "DEALER, SUB",
    "DEALER, PUB",
    "DEALER, PAIR",
    "PUSH, ROUTER",
    "PUSH, SUB",
    "PUSH, PAIR",
    "PUB, ROUTER",
    "PUB, PULL",
    "PUB, PUSH"
  })
  void shouldSayThatTheSocketThereIsOfAnotherType(String own, SocketType wrong) {
    ZMQ.Socket peer = context.createSocket(wrong);
    int port = peer.bindToRandomPort("tcp://127.0.0.1");
    LogDriver opened = open(own, port);

    awaitProblem(opened, "127.0.0.1:" + port + " closed the connection at once");
    assertThat(status.problem()).contains("not one for " + own);

    context.destroySocket(peer);
    ZMQ.Socket right = context.createSocket(right(own));
    if (right.getSocketType() == SocketType.SUB) {
      right.subscribe(ZMQ.SUBSCRIPTION_ALL);
    }
    await().atMost(SOON).until(() -> right.bind("tcp://127.0.0.1:" + port));
    await()
        .atMost(SOON)
        .until(
            () -> {
              opened.work(System.nanoTime(), true);
              return status.isConnected() || right.recv(ZMQ.DONTWAIT) != null;
            });
  }

  private static SocketType right(String own) {
    return switch (own) {
      case "DEALER" -> SocketType.ROUTER;
      case "PUSH" -> SocketType.PULL;
      default -> SocketType.SUB;
    };
  }

  private LogDriver open(String own, int port) {
    boolean acknowledged = own.equals("DEALER");
    DriverContext opened =
        new DriverContext(
            "central",
            "node-1",
            List.of("tcp://127.0.0.1:" + port),
            acknowledged ? "PUB" : own,
            "three-frame",
            acknowledged,
            0,
            Path.of("."),
            lines -> {},
            () -> {},
            status);
    LogDriver made = acknowledged ? new AckedDriver(opened) : new ZmqDriver(opened);
    driver = made;
    return made;
  }

  private void awaitProblem(LogDriver opened, String part) {
    await("the problem, now: " + status.problem())
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              opened.work(System.nanoTime(), true);
              return status.problem().contains(part);
            });
  }
}
