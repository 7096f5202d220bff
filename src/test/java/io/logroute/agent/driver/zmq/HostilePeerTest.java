// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.agent.driver.ConnectionStatus;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.zmq.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * An endpoint's address at which somebody means harm: the driver leaves, comes back, takes little
 * memory, breaks no thread, and is there when the right one listens. An endpoint beside it stays
 * connected all the while.
 */
class HostilePeerTest {

  private static final Duration SOON = Duration.ofMinutes(3);
  private static final int ATTEMPTS = 3;
  private static final int HEARTBEATS = 9_000;
  private static final byte[] PING = {4, 7, 4, 'P', 'I', 'N', 'G', 0, 0};
  private static final long SMALL_BYTES = 64L << 20;
  private static final long FLOOD_BYTES = 24L << 20;

  private final ZContext context = new ZContext();
  private final ConnectionStatus status = new ConnectionStatus();
  private final ConnectionStatus otherStatus = new ConnectionStatus();
  private final Queue<LogDriver> drivers = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();

  @AfterEach
  void close() {
    drivers.forEach(driver -> driver.close(0));
    context.close();
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  @ParameterizedTest
  @CsvSource({
    "PUB, SIGN",
    "PUB, HUGE",
    "PUB, DEEP",
    "PUB, FLOOD",
    "PUB, WAVER",
    "PUSH, SIGN",
    "PUSH, HUGE",
    "DEALER, SIGN",
    "DEALER, HUGE",
    "DEALER, FLOOD"
  })
  void shouldBearWhateverIsSent(String own, Harm harm) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> broken.add(failure));
    ZMQ.Socket good = context.createSocket(SocketType.PULL);
    LogDriver other = open("PUSH", good.bindToRandomPort("tcp://127.0.0.1"), otherStatus);
    await().atMost(SOON).until(() -> works(other) && otherStatus.isConnected());
    int port;
    long usedBytes = used();
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      port = listening.getLocalPort();
      Thread.ofVirtual().start(() -> serve(listening, own, harm));
      LogDriver driver = open(own, port, status);
      await("attempts, now %s and %s".formatted(accepted, status.problem()))
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(2))
          .until(
              () ->
                  works(driver)
                      && works(other)
                      && (accepted.get() >= ATTEMPTS || written.get() >= FLOOD_BYTES));
      assertThat(used() - usedBytes).isLessThan(SMALL_BYTES);
      assertThat(otherStatus.isConnected()).isTrue();
    }
    ZMQ.Socket right = context.createSocket(right(own));
    if (right.getSocketType() == SocketType.SUB) {
      right.subscribe(ZMQ.SUBSCRIPTION_ALL);
    }
    await().atMost(SOON).until(() -> right.bind("tcp://127.0.0.1:" + port));
    LogDriver driver = drivers.stream().skip(1).findFirst().orElseThrow();
    await()
        .atMost(SOON)
        .until(() -> works(driver) && (status.isConnected() || right.recv(ZMQ.DONTWAIT) != null));
    assertThat(broken).isEmpty();
  }

  /**
   * With the greeting alone, JeroMQ's own timer is over, and nobody but the driver can leave. It
   * must not take such a peer for one that lines go to.
   */
  @ParameterizedTest
  @ValueSource(strings = {"PUSH", "PUB", "DEALER"})
  void shouldDialAgainWhenAPeerStandsStillAfterItsGreeting(String own) throws Exception {
    try (ServerSocket listening = listen()) {
      LogDriver driver = open(own, listening.getLocalPort(), status);
      AtomicBoolean working = new AtomicBoolean(true);
      Thread pipeline = Thread.ofPlatform().start(() -> workWhile(working, driver));
      List<Socket> peers = new ArrayList<>();
      try {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
          Socket peer = listening.accept();
          peers.add(peer);
          peer.getOutputStream().write(RawPeer.greeting());
          assertThat(status.isConnected()).isFalse();
        }
        await().atMost(SOON).until(() -> status.problem().contains("greets and does not go on"));
      } finally {
        working.set(false);
        pipeline.join();
        for (Socket peer : peers) {
          peer.close();
        }
      }
    }
  }

  /** As many as a connection of half a day brings: ZeroMQ's own commands are frames as well. */
  @ParameterizedTest
  @ValueSource(strings = {"PUSH", "PUB"})
  void shouldAnswerEveryHeartbeat(String own) throws Exception {
    try (ServerSocket listening = listen()) {
      LogDriver driver = open(own, listening.getLocalPort(), status);
      AtomicBoolean working = new AtomicBoolean(true);
      Thread pipeline = Thread.ofPlatform().start(() -> workWhile(working, driver));
      try (Socket peer = shakeHands(listening, own)) {
        DataInputStream in = new DataInputStream(peer.getInputStream());
        for (int heartbeat = 0; heartbeat < HEARTBEATS; heartbeat++) {
          peer.getOutputStream().write(PING);
          awaitPong(in);
        }
      } finally {
        working.set(false);
        pipeline.join();
      }
    }
  }

  private static ServerSocket listen() throws IOException {
    ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listening.setSoTimeout((int) SOON.toMillis());
    return listening;
  }

  /** With the first connection that JeroMQ does not lose (jeromq#1022). */
  private static Socket shakeHands(ServerSocket listening, String own) throws IOException {
    while (true) {
      Socket peer = listening.accept();
      peer.setSoTimeout((int) SOON.toMillis());
      try {
        RawPeer.shakeHands(peer, right(own).name());
        return peer;
      } catch (IOException e) {
        peer.close();
      }
    }
  }

  private static void workWhile(AtomicBoolean working, LogDriver driver) {
    while (working.get()) {
      driver.work(System.nanoTime(), true);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static void awaitPong(DataInputStream in) throws IOException {
    byte[] body;
    do {
      in.readByte();
      body = in.readNBytes(in.readUnsignedByte());
    } while (!new String(body, US_ASCII).startsWith("\u0004PONG"));
  }

  private enum Harm {
    /** A length with its first bit set. */
    SIGN,
    /** A gigabyte is announced. */
    HUGE,
    /** A subscription to a very long prefix. */
    DEEP,
    /** More and more subscriptions, or answers. */
    FLOOD,
    /** One subscription, taken back and made again. */
    WAVER
  }

  private static boolean works(LogDriver driver) {
    driver.work(System.nanoTime(), true);
    return true;
  }

  private static SocketType right(String own) {
    return switch (own) {
      case "DEALER" -> SocketType.ROUTER;
      case "PUSH" -> SocketType.PULL;
      default -> SocketType.SUB;
    };
  }

  private LogDriver open(String own, int port, ConnectionStatus told) {
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
            told);
    LogDriver made = acknowledged ? new AckedDriver(opened) : new ZmqDriver(opened);
    drivers.add(made);
    return made;
  }

  /** Heap after a collection, and what is beside it. */
  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
  }

  private void serve(ServerSocket listening, String own, Harm harm) {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> harm(socket, own, harm));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void harm(Socket peer, String own, Harm harm) {
    try (Socket socket = peer) {
      OutputStream out = socket.getOutputStream();
      out.write(RawPeer.greeting());
      out.write(RawPeer.ready(right(own).name()));
      Thread reader = Thread.ofVirtual().start(() -> swallow(socket));
      if (harm == Harm.FLOOD || harm == Harm.WAVER) {
        for (int i = 0; written.get() < FLOOD_BYTES; i++) {
          byte[] frames = frames(i, harm);
          out.write(frames);
          written.addAndGet(frames.length);
        }
      } else {
        out.write(once(harm));
      }
      reader.join();
    } catch (IOException | InterruptedException e) {
      // The driver has left, as it should.
      assertThat(e).isNotNull();
    }
  }

  private static void swallow(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }

  private static byte[] once(Harm harm) {
    ByteBuffer frame = ByteBuffer.allocate(9 + 60_000);
    frame.put((byte) 2);
    switch (harm) {
      case SIGN -> frame.putLong(0x8000_0000_ffff_fff0L);
      case HUGE -> frame.putLong(1L << 30);
      default -> frame.putLong(60_000);
    }
    frame.put((byte) 1);
    return frame.array();
  }

  /** A thousand subscriptions; a DEALER takes them for answers. */
  private static byte[] frames(int round, Harm harm) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      String prefix = harm == Harm.FLOOD ? "%012d".formatted(round * 1000L + i) : "waver";
      out.write(0);
      out.write(prefix.length() + 1);
      out.write(harm == Harm.WAVER ? i % 2 : 1);
      out.writeBytes(prefix.getBytes(US_ASCII));
    }
    return out.toByteArray();
  }
}
