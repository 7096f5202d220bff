// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static io.logroute.receiver.search.StoreWriter.START;
import static io.logroute.receiver.search.StoreWriter.record;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.receiver.ReceiverProcess;
import io.logroute.wire.BatchWriter;
import io.logroute.wire.Message;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import io.logroute.wire.TestSender;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that nobody should send, to a running receiver: each gets an answer, none an exception,
 * and none what stands outside of the data folder; the receiver keeps within its memory, and a good
 * agent and a good reader beside go on all the while. More with {@code
 * -Dlogroute.fuzz.requests=1000000}.
 */
class ApiFuzzIT {

  private static final int REQUESTS = Integer.getInteger("logroute.fuzz.requests", 3000);
  private static final int CLIENTS = 2;
  private static final int TIMEOUT_MS = 60_000;
  private static final int MAX_ANSWER_BYTES = 16 * 1024;
  private static final long HEAP_MIB = 128;

  /** Of the process at most, its heap included. */
  private static final long PEAK_MIB = 400;

  private static final long SESSION = 4_242;
  private static final int LINES = 20;

  private static final List<String> PATHS =
      List.of("api", "v1", "tenants", "t1", "services", "web", "logs", "follow", "histogram");

  private static final List<String> PIECES =
      List.of(
          "..",
          ".",
          "%2e%2e",
          "%2F",
          "%00",
          "%",
          "%zz",
          "+logroute",
          "secret",
          "",
          "*",
          "~",
          "%C3%28",
          "..%2f..%2fsecret",
          "a".repeat(300),
          "\u00ff",
          "t1%0d%0aX:%20y",
          "-1",
          "0",
          "99999999999",
          "{\"a\":1}",
          "%F0%9F%92%A9");

  private static final List<String> NAMES =
      List.of(
          "since",
          "until",
          "limit",
          "order",
          "after",
          "from",
          "contains",
          "pod",
          "stream",
          "spans",
          "tag",
          "container",
          "x");

  private static final List<String> VALUES =
      List.of(
          "1h",
          "0s",
          "999999999d",
          "asc",
          "desc",
          "stdout",
          "10",
          "line",
          "2026-11-22T12:00:00Z",
          "%2B999999999-12-31T23:59:59Z",
          "-999999999-01-01T00:00:00Z",
          "1677-01-01T00:00:00Z",
          "2262-01-01T00:00:00Z",
          "%0A",
          "%5C",
          "%FF");

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Map<String, Integer> statuses = new ConcurrentSkipListMap<>();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void shouldAnswerWhateverIsAskedAndLetNothingOut() throws Exception {
    Path data = folder.resolve("inside/data");
    Path secret = Files.createDirectories(folder.resolve("secret/s1"));
    Files.writeString(secret.resolve("tag.log"), record(START, "stdout", "top secret"));
    try (ReceiverProcess receiver = start(data);
        GoodAgent good = new GoodAgent(receiver);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      good.goOn();
      List<Future<?>> fuzz = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(receiver, new Random(seed + i));
        fuzz.add(clients.submit(client::ask));
      }
      while (!fuzz.stream().allMatch(Future::isDone)) {
        good.goOn();
        TimeUnit.MILLISECONDS.sleep(100);
      }
      for (Future<?> each : fuzz) {
        each.get();
      }
      good.goOn();
      good.assertSearched();
      assertThat(receiver.get("/healthz").statusCode()).as("seed %d", seed).isEqualTo(200);
      assertThat(receiver.log())
          .as("seed %d", seed)
          .doesNotContain("Exception", "\tat ", "OutOfMemory");
      long peakMib = peakMib(receiver.pid());
      System.out.printf(
          "fuzz: %d requests, answers by status %s, %d good batches acknowledged and searched"
              + " beside, peak of the process %d MiB with a heap of %d MiB, seed %d%n",
          asked.get(), statuses, good.batches, peakMib, HEAP_MIB, seed);
      assertThat(peakMib).as("seed %d", seed).isLessThan(PEAK_MIB);
      assertThat(receiver.terminate()).isZero();
    }
    assertThat(asked).hasValueGreaterThanOrEqualTo(REQUESTS);
    assertThat(statuses).containsKeys("200", "400", "404", "405", "following");
    assertNothingOutside();
  }

  private ReceiverProcess start(Path data) {
    return ReceiverProcess.start(
        List.of("-Xmx" + HEAP_MIB + "m", "-XX:+ExitOnOutOfMemoryError"),
        data,
        folder.resolve("log/receiver.log"));
  }

  private void assertNothingOutside() throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      assertThat(
              tree.map(path -> folder.relativize(path).toString())
                  .filter(path -> !path.startsWith("inside/data/")))
          .as("seed %d", seed)
          .containsExactlyInAnyOrder(
              "",
              "inside",
              "inside/data",
              "log",
              "log/receiver.log",
              "secret",
              "secret/s1",
              "secret/s1/tag.log");
    }
  }

  private static long peakMib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Sends lines of t1's web, waits for each acknowledgement, and finds what was acknowledged. */
  private final class GoodAgent implements AutoCloseable {

    private final ReceiverProcess receiver;
    private final TestSender sender;
    private final long startNanos = System.currentTimeMillis() * 1_000_000;
    private int batches;

    GoodAgent(ReceiverProcess receiver) {
      this.receiver = receiver;
      this.sender = new TestSender("tcp://127.0.0.1:" + receiver.ackedPort());
      assertThat(sender.greet(SESSION)).isInstanceOf(Message.Welcome.class);
      sender.send(
          new Message.Stream(
              SESSION,
              1,
              new StreamIdentity(
                  "c1",
                  "node-1",
                  "t1",
                  "web",
                  "",
                  "ns",
                  "web-0",
                  "u1",
                  "app",
                  0,
                  StandardStream.STDOUT,
                  7)));
    }

    void goOn() {
      BatchWriter writer = sender.begin();
      for (int i = 0; i < LINES; i++) {
        long number = (long) batches * LINES + i;
        byte[] line = ("line " + number).getBytes(ISO_8859_1);
        writer.add(1, number * 10, number * 10 + 10, startNanos + number, 0, line, 0, line.length);
      }
      batches++;
      sender.sendBatch(SESSION, batches);
      long end = (long) batches * LINES * 10;
      Message answer = sender.receive();
      for (; !(answer instanceof Message.Ack ack && ack.streams().getFirst().end() == end); ) {
        assertThat(answer).as("seed %d", seed).isInstanceOf(Message.Ack.class);
        answer = sender.receive();
      }
      if (batches % 50 == 0) {
        assertSearched();
      }
    }

    void assertSearched() {
      assertThat(
              receiver
                  .get("/api/v1/tenants/t1/services/web/logs?limit=1&order=desc&since=1d")
                  .body())
          .as("seed %d", seed)
          .contains("line " + ((long) batches * LINES - 1) + "\"");
    }

    @Override
    public void close() {
      sender.close();
    }
  }

  /** One that asks, by its own seed. */
  private final class Client {

    private final ReceiverProcess receiver;
    private final Random random;

    Client(ReceiverProcess receiver, Random random) {
      this.receiver = receiver;
      this.random = random;
    }

    void ask() {
      for (int i = 0; i < REQUESTS / CLIENTS; i++) {
        String request = request();
        String answer = answer(request);
        assertThat(answer)
            .as("seed %d, request %d: %s", seed, i, request)
            .startsWith("HTTP/1.1 ")
            .doesNotStartWith("HTTP/1.1 500")
            .doesNotContain("top secret", "Exception", "\tat ");
        boolean following = answer.contains("text/event-stream");
        statuses.merge(following ? "following" : answer.substring(9, 12), 1, Integer::sum);
        asked.incrementAndGet();
      }
    }

    private String request() {
      StringBuilder request =
          new StringBuilder(any(List.of("GET", "GET", "GET", "HEAD", "POST", "X"))).append(' ');
      int parts = random.nextInt(4) == 0 ? random.nextInt(12) : 7 + random.nextInt(3);
      for (int i = 0; i < parts; i++) {
        String usual = PATHS.get(Math.min(i, PATHS.size() - 1));
        request.append('/').append(random.nextInt(12) == 0 ? any(PIECES) : usual);
      }
      String separator = "?";
      for (int i = random.nextInt(4); i > 0; i--) {
        request.append(separator).append(any(NAMES)).append(random.nextInt(9) == 0 ? "" : "=");
        request.append(random.nextInt(3) == 0 ? any(PIECES) : value());
        separator = "&";
      }
      request.append(" HTTP/1.0\r\n");
      if (random.nextInt(3) == 0) {
        request.append("Last-Event-ID: ").append(noise()).append("\r\n");
      }
      if (random.nextInt(4) == 0) {
        request
            .append("Accept: ")
            .append(any(List.of("text/plain", "application/x-ndjson", "*/*", "\u0001")));
        request.append("\r\n");
      }
      if (random.nextInt(9) == 0) {
        request.append("Authorization: ").append(any(PIECES)).append("\r\n");
      }
      return request.append("\r\n").toString();
    }

    private String value() {
      return random.nextInt(5) == 0 ? noise() : any(VALUES);
    }

    /** Looks like a place or a position, and is none. */
    private String noise() {
      byte[] bytes = new byte[any(List.of(36, 8, 8 + 28, 8 + 28 * 3, 5, 0))];
      random.nextBytes(bytes);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private <T> T any(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }

    /** The beginning of an answer is enough, since a follower's never ends. */
    private String answer(String request) {
      URI uri = receiver.uri();
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        socket.setSoTimeout(TIMEOUT_MS);
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        InputStream in = socket.getInputStream();
        byte[] answer = new byte[MAX_ANSWER_BYTES];
        int length = 0;
        while (length < answer.length) {
          int count = in.read(answer, length, answer.length - length);
          if (count < 0) {
            break;
          }
          length += count;
          if (new String(answer, 0, length, ISO_8859_1).contains("text/event-stream")) {
            break;
          }
        }
        // The JDK's server says so by itself of an address that is none.
        return new String(answer, 0, length, ISO_8859_1).replace("URISyntaxException thrown", "");
      } catch (IOException e) {
        throw new UncheckedIOException(
            "seed %d, %s of %s, and the receiver's log: %s"
                .formatted(seed, e.getMessage(), request, receiver.log()),
            e);
      }
    }
  }
}
