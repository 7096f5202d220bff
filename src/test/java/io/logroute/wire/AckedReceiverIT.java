// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.PythonPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The receiver that was written from the document alone, at the other end of our own bytes. */
class AckedReceiverIT {

  private static final Path SCRIPT = Path.of("src/test/python/acked_receiver.py");
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int LINES_A_BATCH = 50;
  private static final long NANOS = 1_790_000_000_000_000_000L;

  @TempDir Path folder;
  private final long seed = System.nanoTime();
  private final List<GuardedProcess> receivers = new ArrayList<>();

  @AfterEach
  void endReceivers() {
    receivers.forEach(GuardedProcess::close);
  }

  @Test
  void shouldStoreLinesAsTheyWereAndAcknowledgeThem() throws Exception {
    try (TestSender sender = new TestSender(start("tcp://127.0.0.1:*"))) {
      Message.Welcome welcome = (Message.Welcome) sender.greet(5);
      assertThat(welcome.version()).isEqualTo(1);
      sender.send(new Message.Stream(5, 1, identity("t1", StandardStream.STDOUT, 77)));
      sender.send(new Message.Stream(5, 2, identity("t1", StandardStream.STDERR, 77)));
      byte[] odd = {0, 'x', '\\', '\n', '\t', (byte) 0xFF, '\r'};
      BatchWriter batch = sender.begin();
      batch.add(1, 0, 60, NANOS, 0, Samples.ascii("first"), 0, 5);
      batch.add(2, 60, 100, NANOS - 1, LineFlags.TRUNCATED, odd, 0, odd.length);
      batch.add(1, 100, 140, Long.MIN_VALUE, LineFlags.CARRIED, odd, 0, 0);
      sender.sendBatch(5, 1);
      assertThat(((Message.Ack) sender.receive()).streams())
          .containsExactlyInAnyOrder(new Message.Taken(1, 140), new Message.Taken(2, 100));
    }
    String identity =
        "c1\tnode-1\tt1\ts1\tteam-a/web\tteam-a\tweb-0\tu1\tapp\t0\t%s\t000000000000004d\t";
    assertThat(rows())
        .containsExactly(
            identity.formatted("stdout") + "0\t60\t" + NANOS + "\t0\tfirst",
            identity.formatted("stderr")
                + "60\t100\t"
                + (NANOS - 1)
                + "\t1\t\u0000x\\\\\\n\t\u00FF\r",
            identity.formatted("stdout") + "100\t140\t" + (NANOS - 1) + "\t6\t");
  }

  @Test
  void shouldStoreEachLineOnceThroughKillsAndReplays() throws Exception {
    Random random = new Random(seed);
    String address = start("tcp://127.0.0.1:*");
    long acknowledged = 0;
    long session = 1;
    for (; acknowledged < 40; session++) {
      try (TestSender sender = new TestSender(address)) {
        assertThat(sender.greet(session)).isInstanceOf(Message.Welcome.class);
        sender.send(new Message.Stream(session, 3, identity("t1", StandardStream.STDOUT, 78)));
        long from = Math.max(0, acknowledged - random.nextInt(5));
        long count = 4 + random.nextInt(8);
        for (long i = 0; i < count; i++) {
          sendLines(sender, session, i + 1, from + i);
        }
        long wanted = random.nextLong(count + 1);
        for (long i = 0; i < wanted; i++) {
          Message.Ack ack = (Message.Ack) sender.receive();
          acknowledged = Math.max(acknowledged, ack.streams().get(0).end() / LINES_A_BATCH / 10);
        }
        receivers.getLast().kill();
        assertThat(rows()).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(lines(acknowledged));
        start(address);
      }
    }
    List<String> stored =
        rows().stream().map(row -> row.substring(row.lastIndexOf('\t') + 1)).toList();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      expected.add("line " + i);
    }
    assertThat(stored).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void shouldRefuseWhatCannotBe() throws Exception {
    try (TestSender sender = new TestSender(start("tcp://127.0.0.1:*"))) {
      sendLines(sender, 9, 1, 0);
      assertRefused(sender.receive(), Refusal.NO_SESSION, 9);
      sender.send(new Message.Hello(9, 2, 3, 0, "", "node-1", "test"));
      assertRefused(sender.receive(), Refusal.VERSION, 9);
      sender.greet(10);
      sender.send(new Message.Stream(10, 3, identity("..", StandardStream.STDOUT, 1)));
      assertRefused(sender.receive(), Refusal.BAD_IDENTITY, 10);
      sendLines(sender, 10, 1, 0);
      sender.send(new Message.Ping(10, 4711));
      assertThat(sender.receive()).isEqualTo(new Message.Pong(10, 4711));
      sender.send(new Message.Stream(10, 4, identity("t1", StandardStream.STDOUT, 1)));
      sendLines(sender, 10, 3, 0);
      assertRefused(sender.receive(), Refusal.GAP, 10);
      sender.greet(11);
      sender.send(new byte[] {1, 2, 3});
      assertRefused(sender.receive(), Refusal.MALFORMED, 11);
      sender.greet(12);
      receivers.getLast().terminate(SOON);
      assertThat(sender.receive()).isEqualTo(new Message.Closing(12));
    }
    assertThat(rows()).isEmpty();
  }

  private static void assertRefused(Message message, Refusal refusal, long session) {
    assertThat(message).isInstanceOf(Message.Refuse.class);
    Message.Refuse refuse = (Message.Refuse) message;
    assertThat(refuse.refusal()).isEqualTo(refusal);
    assertThat(refuse.session()).isEqualTo(session);
  }

  private static void sendLines(TestSender sender, long session, long number, long batch) {
    BatchWriter writer = sender.begin();
    for (int i = 0; i < LINES_A_BATCH; i++) {
      long line = batch * LINES_A_BATCH + i;
      byte[] text = Samples.ascii("line " + line);
      writer.add(3, line * 10, line * 10 + 10, NANOS + line, 0, text, 0, text.length);
    }
    sender.sendBatch(session, number);
  }

  private static int lines(long batches) {
    return (int) batches * LINES_A_BATCH;
  }

  private static StreamIdentity identity(String tenant, StandardStream stream, long generation) {
    return new StreamIdentity(
        "c1",
        "node-1",
        tenant,
        "s1",
        "team-a/web",
        "team-a",
        "web-0",
        "u1",
        "app",
        0,
        stream,
        generation);
  }

  private List<String> rows() throws IOException {
    String text = Files.readString(folder.resolve("lines.log"), StandardCharsets.ISO_8859_1);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    return List.of(whole.split("\n")).stream().skip(1).toList();
  }

  /** Starts a receiver on the one store, and tells its address. */
  private String start(String address) throws IOException {
    Path log = folder.resolve("receiver-" + receivers.size() + ".log");
    String store = folder.resolve("lines.log").toString();
    GuardedProcess receiver = PythonPeer.start(log, SCRIPT, address, store);
    receivers.add(receiver);
    await()
        .atMost(SOON)
        .failFast(() -> !receiver.isAlive())
        .until(() -> Files.readString(log).endsWith("\n"));
    return Files.readString(log).strip();
  }
}
