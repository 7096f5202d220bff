// SPDX-License-Identifier: Apache-2.0
package io.logroute.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Frames that nobody should send, to every socket of a running receiver, and bytes that are no
 * frames: it lives, says no exception, writes nothing outside of its folder, keeps within its
 * memory, and a good agent beside goes on all the while. More with {@code
 * -Dlogroute.fuzz.frames=1000000}.
 */
class ReceiverFuzzIT {

  private static final int MESSAGES = Integer.getInteger("logroute.fuzz.frames", 10_000);
  private static final int ROUND = 500;
  private static final long HEAP_MIB = 128;

  /** Of the process at most, its heap included. */
  private static final long PEAK_MIB = 400;

  private static final long SESSION = 4_242;
  private static final long NANOS = 1_790_000_000_000_000_000L;
  private static final int LINES = 20;

  private static final List<String> IDS =
      List.of(
          "..",
          ".",
          "",
          "../../outside",
          "/etc/passwd",
          "a/b",
          "a\u0000b",
          "%2e%2e",
          "t1",
          "s1",
          "default",
          "x".repeat(129),
          "x".repeat(5000),
          "\u202egnp",
          "-",
          "con",
          "~");

  private static final List<String> TAGS =
      List.of(
          "0123456789ab: a line",
          "../../../outside: a line",
          ": no tag",
          "no end of a tag",
          "/: slash",
          "..: dots",
          "\u0000: nul",
          "a\nb: newline",
          "x".repeat(300) + ": long",
          "");

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Samples samples = new Samples(seed);
  private final MessageEncoder encoder = new MessageEncoder();
  private long batches;

  @Test
  void shouldGoOnWhateverIsSent() throws Exception {
    Path data = folder.resolve("inside/data");
    try (ReceiverProcess receiver = start(data);
        TestSender good = new TestSender("tcp://127.0.0.1:" + receiver.ackedPort())) {
      assertThat(good.greet(SESSION)).isInstanceOf(Message.Welcome.class);
      good.send(
          new Message.Stream(
              SESSION,
              1,
              new StreamIdentity(
                  "c1",
                  "node-1",
                  "good",
                  "web",
                  "",
                  "ns",
                  "web-0",
                  "u1",
                  "app",
                  0,
                  StandardStream.STDOUT,
                  7)));
      for (int sent = 0; sent < MESSAGES; sent += ROUND) {
        attack(receiver, ROUND);
        goOn(good);
      }
      assertThat(receiver.get("/healthz").statusCode()).as("seed %d", seed).isEqualTo(200);
      assertThat(receiver.log())
          .as("seed %d", seed)
          .doesNotContain("Exception", "\tat ", "OutOfMemory");
      long peakMib = peakMib(receiver.pid());
      System.out.printf(
          "fuzz: %d messages, %d good batches acknowledged beside, peak of the process %d MiB with a"
              + " heap of %d MiB, seed %d%n",
          MESSAGES, batches, peakMib, HEAP_MIB, seed);
      assertThat(peakMib).as("seed %d", seed).isLessThan(PEAK_MIB);
      assertThat(receiver.terminate()).isZero();
    }
    assertStoredInside(data);
  }

  private ReceiverProcess start(Path data) {
    return ReceiverProcess.start(
        List.of("-Xmx" + HEAP_MIB + "m", "-XX:+ExitOnOutOfMemoryError"),
        data,
        folder.resolve("log/receiver.log"));
  }

  /** The good agent's turn: a batch, and its acknowledgement. */
  private void goOn(TestSender good) {
    BatchWriter writer = good.begin();
    for (int i = 0; i < LINES; i++) {
      long number = batches * LINES + i;
      byte[] line = ("line " + number).getBytes(UTF_8);
      writer.add(1, number * 10, number * 10 + 10, NANOS + number, 0, line, 0, line.length);
    }
    batches++;
    good.sendBatch(SESSION, batches);
    long end = batches * LINES * 10;
    Message answer = good.receive();
    for (; !(answer instanceof Message.Ack ack && ack.streams().getFirst().end() == end); ) {
      assertThat(answer).as("seed %d", seed).isInstanceOf(Message.Ack.class);
      answer = good.receive();
    }
  }

  private void attack(ReceiverProcess receiver, int messages) throws IOException {
    try (ZContext context = new ZContext()) {
      ZMQ.Socket dealer =
          socket(context, SocketType.DEALER, "tcp://127.0.0.1:" + receiver.ackedPort());
      ZMQ.Socket pusher = socket(context, SocketType.PUSH, receiver.address("push"));
      ZMQ.Socket publisher = socket(context, SocketType.PUB, receiver.address("pub"));
      for (int i = 0; i < messages; i++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2 -> send(pusher, threeFrames());
          case 3, 4, 5 -> send(publisher, threeFrames());
          case 6 -> send(dealer, noise());
          default -> send(dealer, List.of(acked()));
        }
        if (random.nextInt(200) == 0) {
          bytes(receiver);
        }
        if (random.nextInt(3) == 0) {
          dealer.recv(ZMQ.DONTWAIT);
        }
      }
    }
  }

  private static ZMQ.Socket socket(ZContext context, SocketType type, String address) {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setLinger(200);
    socket.setSendTimeOut(10_000);
    socket.connect(address);
    return socket;
  }

  private void send(ZMQ.Socket socket, List<byte[]> frames) {
    for (int i = 0; i < frames.size(); i++) {
      boolean sent = socket.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
      assertThat(sent).as("taken, seed %d", seed).isTrue();
    }
  }

  /** A message of the acknowledged protocol, a little wrong. */
  private byte[] acked() {
    byte[] message =
        switch (random.nextInt(6)) {
          case 0 ->
              encoder.encode(new Message.Hello(random.nextInt(1, 4), 1, 1, 0, "c", "n", "fuzz"));
          case 1 ->
              encoder.encode(
                  new Message.Stream(random.nextInt(1, 4), random.nextInt(1, 4), evil()));
          case 2 -> samples.batch(2048, new ArrayList<>());
          default -> encoder.encode(samples.control());
        };
    int changes = random.nextInt(4);
    for (int i = 0; i < changes && message.length > 0; i++) {
      message[random.nextInt(message.length)] = (byte) random.nextInt();
    }
    if (message.length >= 4 && random.nextInt(8) > 0) {
      Samples.seal(message);
    }
    return message;
  }

  private StreamIdentity evil() {
    return new StreamIdentity(
        id(),
        id(),
        id(),
        id(),
        "",
        id(),
        id(),
        id(),
        id(),
        random.nextInt(3),
        StandardStream.STDOUT,
        random.nextInt(3));
  }

  /** The encoder writes none that is longer. */
  private String id() {
    String id = any(IDS);
    return id.substring(0, Math.min(id.length(), WireLimits.MAX_ID_BYTES));
  }

  private List<byte[]> threeFrames() {
    List<byte[]> frames = new ArrayList<>();
    int count = random.nextInt(5) == 0 ? random.nextInt(1, 7) : 3;
    for (int i = 0; i < count; i++) {
      frames.add(any(i == 2 ? TAGS : IDS).getBytes(UTF_8));
    }
    return frames;
  }

  private List<byte[]> noise() {
    List<byte[]> frames = new ArrayList<>();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      byte[] frame = new byte[random.nextInt(100)];
      random.nextBytes(frame);
      frames.add(frame);
    }
    return frames;
  }

  /** No ZeroMQ at all, or one that breaks off, or a frame of a length that nobody has. */
  private void bytes(ReceiverProcess receiver) throws IOException {
    List<String> addresses =
        List.of(
            "tcp://127.0.0.1:" + receiver.ackedPort(),
            receiver.address("push"),
            receiver.address("pub"));
    byte[] bytes = new byte[random.nextInt(400)];
    random.nextBytes(bytes);
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    System.arraycopy("NULL".getBytes(UTF_8), 0, greeting, 12, 4);
    byte[] large = {2, (byte) (random.nextBoolean() ? 0x3f : 0xff), 0, 0, 0, 0x7f, 0, 0, 1};
    large[5] = (byte) random.nextInt();
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(any(addresses)).getPort())) {
      if (random.nextInt(3) > 0) {
        socket.getOutputStream().write(greeting);
      }
      socket.getOutputStream().write(random.nextBoolean() ? large : bytes);
    }
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static long peakMib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private void assertStoredInside(Path data) throws IOException {
    try (Stream<Path> beside =
        Stream.concat(Files.list(folder), Files.list(folder.resolve("inside")))) {
      assertThat(beside.map(path -> path.getFileName().toString()))
          .as("seed %d", seed)
          .containsExactlyInAnyOrder("inside", "log", "data");
    }
    try (Stream<Path> tree = Files.walk(data)) {
      assertThat(tree.map(path -> data.relativize(path).toString()))
          .as("seed %d", seed)
          .allMatch(path -> path.matches("(\\+logroute)?[A-Za-z0-9._%~/-]*"));
    }
    Path log = data.resolve("good/web/ns_web-0_u1/app/0.log");
    List<String> expected =
        Stream.iterate(0L, n -> n + 1).limit(batches * LINES).map(n -> "line " + n).toList();
    assertThat(Files.readAllLines(log).stream().map(line -> line.split(" ", 4)[3]).toList())
        .as("seed %d", seed)
        .isEqualTo(expected);
  }
}
