// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.wire.BatchWriter;
import io.logroute.wire.Message;
import io.logroute.wire.MessageDecoder;
import io.logroute.wire.MessageEncoder;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Very many agents at one receiver in a container of 256 MiB, each with as much out as it may have:
 * all their lines are acknowledged, and the process stays below 256 MiB. Prints memory and rate.
 * More with {@code -Dlogroute.agents=} and {@code -Dlogroute.agents.batches=}.
 */
class ManyAgentsIT {

  private static final int AGENTS = Integer.getInteger("logroute.agents", 500);
  private static final int BATCHES = Integer.getInteger("logroute.agents.batches", 3);
  private static final int LINES_A_BATCH = 400;
  private static final Duration SOON = Duration.ofSeconds(180);
  private static final long BOUND_BYTES = 256L << 20;
  private static final long NANOS = 1_790_000_000_000_000_000L;

  @TempDir private Path folder;

  private final MessageEncoder encoder = new MessageEncoder();
  private final MessageDecoder decoder = new MessageDecoder();
  private final byte[] line = "x".repeat(150).getBytes(UTF_8);
  private final byte[] bytes = new byte[128 * 1024];

  private final class Agent {
    final ZMQ.Socket socket;
    final long session;
    final String node;
    long windowBytes;
    int sent;
    int acknowledged;
    int batchBytes;

    Agent(ZContext context, int number, int port) {
      socket = context.createSocket(SocketType.DEALER);
      socket.setHandshakeIvl(1000);
      socket.setLinger(0);
      socket.setSndHWM(0);
      socket.connect("tcp://127.0.0.1:" + port);
      session = number + 1;
      node = "node-" + number;
      send(new Message.Hello(session, 1, 1, 0, "c1", node, "test"));
    }

    private void send(Message message) {
      assertThat(socket.send(encoder.encode(message))).isTrue();
    }

    void take(byte[] frame) {
      switch (decoder.decode(frame)) {
        case Message.Welcome welcome -> {
          windowBytes = welcome.windowBytes();
          send(new Message.Stream(session, 1, identity()));
        }
        case Message.Ack ack -> acknowledged = (int) (ack.streams().getFirst().end() / 1000);
        case Message.Pong unused -> {
          return;
        }
        case Message other -> throw new AssertionError(node + " was sent " + other);
      }
      while (sent < BATCHES
          && (sent == acknowledged || (sent - acknowledged + 1L) * batchBytes <= windowBytes)) {
        sendBatch();
      }
    }

    private StreamIdentity identity() {
      return new StreamIdentity(
          "c1", node, "t1", "s1", "a/r", "a", node, "u1", "app", 0, StandardStream.STDOUT, 7);
    }

    private void sendBatch() {
      BatchWriter writer = new BatchWriter();
      writer.begin(bytes, bytes.length);
      for (int i = 0; i < LINES_A_BATCH; i++) {
        long start = sent * 1000L + i;
        long end = i == LINES_A_BATCH - 1 ? (sent + 1) * 1000L : start + 1;
        writer.add(1, start, end, NANOS + start, 0, line, 0, line.length);
      }
      batchBytes = writer.finish(session, sent + 1);
      assertThat(socket.send(Arrays.copyOf(bytes, batchBytes))).isTrue();
      sent++;
    }
  }

  @Test
  void shouldStayWithinItsMemory() throws Exception {
    List<String> jvm = List.of("@src/main/jvm/receive", "-XX:MaxRAM=256m");
    try (ReceiverProcess receiver =
            ReceiverProcess.start(jvm, folder.resolve("data"), folder.resolve("log"));
        ZContext context = new ZContext()) {
      long startNanos = System.nanoTime();
      exchange(context, receiver.ackedPort());
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      long lines = (long) AGENTS * BATCHES * LINES_A_BATCH;
      System.out.printf(
          "%d agents, %d lines in %.1f s; receiver's resident memory %d MiB at its most%n",
          AGENTS, lines, seconds, peakBytes(receiver.pid()) >> 20);
      assertThat(receiver.metric("logroute_receiver_acked_sessions")).isEqualTo(AGENTS);
      assertThat(receiver.metric("logroute_receiver_acked_lines_total")).isEqualTo(lines);
      assertThat(peakBytes(receiver.pid())).isLessThan(BOUND_BYTES);
      assertThat(receiver.terminate()).isZero();
    }
  }

  private void exchange(ZContext context, int port) {
    List<Agent> agents = new ArrayList<>();
    ZMQ.Poller poller = context.createPoller(AGENTS);
    for (int i = 0; i < AGENTS; i++) {
      Agent agent = new Agent(context, i, port);
      agents.add(agent);
      poller.register(agent.socket, ZMQ.Poller.POLLIN);
    }
    long deadlineNanos = System.nanoTime() + SOON.toNanos();
    while (agents.stream().anyMatch(agent -> agent.acknowledged < BATCHES)) {
      assertThat(System.nanoTime()).as("all acknowledged").isLessThan(deadlineNanos);
      poller.poll(1000);
      for (int i = 0; i < AGENTS; i++) {
        if (poller.pollin(i)) {
          agents.get(i).take(agents.get(i).socket.recv());
        }
      }
    }
  }

  private static long peakBytes(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
