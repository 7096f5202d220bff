// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static io.logroute.receiver.search.StoreWriter.START;
import static io.logroute.receiver.search.StoreWriter.pod;
import static io.logroute.receiver.search.StoreWriter.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API over the network, on files as the store leaves them. */
class ApiIT {

  private static final String LOGS = "/api/v1/tenants/t1/services/web/logs";
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private ServedStore served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedStore(folder.resolve("data"), Access.open());
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private List<String> lines(String query) throws Exception {
    return served.get(LOGS + query, "Accept", "text/plain").body().lines().toList();
  }

  private void write(int from, int to) throws IOException {
    StringBuilder records = new StringBuilder();
    for (int i = from; i < to; i++) {
      records.append(record(START.plusSeconds(i), "stdout", "line " + i));
    }
    served.append(pod("a", "app", 0), records.toString());
  }

  private static List<String> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }

  @Test
  void shouldNameTenantsAndServices() throws Exception {
    write(0, 3);

    assertThat(json(served.get("/api/v1/tenants")).at("/tenants/0/tenant").asText())
        .isEqualTo("t1");
    JsonNode services = json(served.get("/api/v1/tenants/t1/services"));
    assertThat(services.at("/services/0/service").asText()).isEqualTo("web");
    assertThat(services.at("/services/0/linesSinceStart").asInt()).isEqualTo(3);
  }

  @Test
  void shouldAnswerInThreeForms() throws Exception {
    served.append(pod("a", "app", 2), record(START, "stderr", "a \"line\" <b>"));

    JsonNode line = json(served.get(LOGS)).at("/lines/0");
    assertThat(line.at("/time").asText()).isEqualTo("2026-11-22T12:00:00.000000000Z");
    assertThat(line.at("/stream").asText()).isEqualTo("stderr");
    assertThat(line.at("/namespace").asText()).isEqualTo("team");
    assertThat(line.at("/pod").asText()).isEqualTo("a");
    assertThat(line.at("/container").asText()).isEqualTo("app");
    assertThat(line.at("/restart").asInt()).isEqualTo(2);
    assertThat(line.at("/line").asText()).isEqualTo("a \"line\" <b>");
    assertThat(
            new ObjectMapper().readTree(served.get(LOGS, "Accept", "application/x-ndjson").body()))
        .isEqualTo(line);
    HttpResponse<String> text = served.get(LOGS, "Accept", "text/plain");
    assertThat(text.body()).isEqualTo("a \"line\" <b>\n");
    assertThat(text.headers().firstValue("Content-Type")).contains("text/plain");
  }

  @Test
  void shouldSendRawBytesAsPlainText() throws Exception {
    Path file = served.store.file("tag.log");
    String raw = "\u0000\u00ff\u0080 caf\u00e9";
    Files.write(file, record(START, "stdout", raw).getBytes(StandardCharsets.ISO_8859_1));

    assertThat(served.get(LOGS, "Accept", "text/plain").body()).isEqualTo(raw + "\n");
    assertThat(served.get(LOGS + "?contains=%80+caf%E9", "Accept", "text/plain").body())
        .isEqualTo(raw + "\n");
    assertThat(json(served.get(LOGS)).at("/lines").size()).isOne();
  }

  @Test
  void shouldPageBothWaysAlsoThroughTheLinkOfTheAnswer() throws Exception {
    write(0, 25);
    List<String> found = new ArrayList<>();
    String next = LOGS + "?limit=10&contains=line+&order=desc";
    while (next != null) {
      HttpResponse<String> page = served.get(next, "Accept", "text/plain");
      found.addAll(page.body().lines().toList());
      next =
          page.headers()
              .firstValue("Link")
              .map(link -> link.substring(1, link.indexOf('>')))
              .orElse(null);
    }
    assertThat(found).isEqualTo(numbered(0, 25).reversed());

    JsonNode first = json(served.get(LOGS + "?limit=10"));
    assertThat(lines("?limit=10&after=" + first.at("/next").asText())).isEqualTo(numbered(10, 20));
    String id = first.at("/lines/4/id").asText();
    assertThat(lines("?limit=2&from=" + id)).isEqualTo(numbered(4, 6));
    assertThat(lines("?limit=2&order=desc&from=" + id)).containsExactly("line 4", "line 3");
  }

  @Test
  void shouldTakeTimesAndDurations() throws Exception {
    write(0, 3600);

    assertThat(lines("?since=10s")).isEqualTo(numbered(3590, 3600));
    assertThat(lines("?since=1h&until=59m")).isEqualTo(numbered(0, 60));
    assertThat(lines("?since=2026-11-22T12:00:10Z&until=2026-11-22T13:00:13%2B01:00"))
        .isEqualTo(numbered(10, 13));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?limit=0|limit is a number from 1 to 10000, not '0'",
        "?limit=10001|limit is a number from 1 to 10000, not '10001'",
        "?limit=ten|limit is a number from 1 to 10000, not 'ten'",
        "?order=up|order is asc or desc, not 'up'",
        "?since=yesterday|since is a time as 2026-11-22T12:00:00Z or a duration as 90s, 15m, 12h or"
            + " 30d, not 'yesterday'",
        "?since=1m&until=5m|since must be before until",
        "?stream=both|stream is stdout or stderr, not 'both'",
        "?after=x|after is the id of a line or what next said, not 'x'",
        "?pod=a&pod=b|parameter 'pod' is given twice",
        "?contains=%zz|after % in an address two hexadecimal digits follow",
        "?tail=5|there is no parameter 'tail': use after, container, contains, from, limit,"
            + " namespace, order, pod, since, stream, tag, until",
      })
  void shouldSayWhatIsWrongInOneSentence(String query, String sentence) throws Exception {
    write(0, 1);

    // The JDK's own client refuses such an address.
    if (query.contains("%zz")) {
      assertThat(raw("GET " + LOGS + query + " HTTP/1.0\r\n\r\n")).contains("400");
      return;
    }
    HttpResponse<String> response = served.get(LOGS + query);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error").asText()).isEqualTo(sentence);
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(served.address().getAddress(), served.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/tenants/../services/web/logs",
        "/api/v1/tenants/%2e%2e/services",
        "/api/v1/tenants/t1/services/..%2f..%2fsecret/logs",
        "/api/v1/tenants/t1%2f..%2f..%2fsecret/services",
        "/api/v1/tenants/%2e%2e%2fsecret/services",
        "/api/v1/tenants/t1/services/%00/logs",
        "/api/v1/tenants//services",
        "/api/v1/tenants/+logroute/services",
        "/api/v1/tenants/%252e%252e/services",
        "/api/v1/tenants/t1/services/web/../../../../secret",
        "/api/v1/..",
      })
  void shouldNotLeaveTheDataFolder(String path) throws Exception {
    write(0, 1);
    Path secret = Files.createDirectories(folder.resolve("secret/s1"));
    Files.writeString(secret.resolve("tag.log"), record(START, "stdout", "secret line"));

    String answer = raw("GET " + path + " HTTP/1.0\r\n\r\n");

    assertThat(answer).doesNotContain("secret line", "Exception");
    assertThat(answer.split(" ", 3)[1]).isIn("400", "404");
  }

  @Test
  void shouldNotFollowALinkOutOfTheDataFolder() throws Exception {
    write(0, 1);
    Path secret = Files.createDirectories(folder.resolve("secret/s1"));
    Files.writeString(secret.resolve("tag.log"), record(START, "stdout", "secret line"));
    Files.createSymbolicLink(folder.resolve("data/linked"), folder.resolve("secret"));

    assertThat(served.get("/api/v1/tenants/linked/services").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldAnswerNoNameThatAForeignPageCouldHaveGivenIt() throws Exception {
    write(0, 1);

    assertThat(raw("GET " + LOGS + " HTTP/1.0\r\nHost: evil.example\r\n\r\n"))
        .contains("403", "localhost");
    assertThat(raw("GET " + LOGS + " HTTP/1.0\r\nHost: localhost:8080\r\n\r\n")).contains("200");
  }

  @Test
  void shouldServeThePageWithAPolicyThatLetsNothingElseIn() throws Exception {
    HttpResponse<String> page = served.get("/");

    assertThat(page.body())
        .contains("<title>LogRoute")
        .doesNotContainPattern("(src|href|url)\\s*[=(]\\s*[\"']?https?:");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'sha256-")
        .doesNotContain("unsafe");
    assertThat(served.get("/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldCountLinesInSpansOfTime() throws Exception {
    write(0, 3600);
    served.store.compress(served.store.roll(pod("a", "app", 0), "20261122-130000"));
    write(3600, 3601);

    JsonNode counts =
        json(served.get(LOGS.replace("/logs", "/histogram") + "?since=1h&until=0s&spans=6"));

    assertThat(counts.at("/lines").toString()).isEqualTo("[600,600,600,600,600,600]");
  }

  @Test
  void shouldFollowWhatComesFromNowOn() throws Exception {
    write(0, 5);
    try (EventReader reader = EventReader.open(served, LOGS + "/follow", null)) {
      reader.awaitPosition();
      write(5, 8);
      served.append("tag.log", record(START.plusSeconds(9), "stdout", "of another"));

      assertThat(reader.lines(4)).containsAll(numbered(5, 8)).contains("of another");
    }
  }

  @Test
  void shouldFollowOnlyWhatIsAskedFor() throws Exception {
    write(0, 1);
    try (EventReader reader =
        EventReader.open(served, LOGS + "/follow?contains=7&stream=stdout", null)) {
      reader.awaitPosition();
      write(1, 28);

      assertThat(reader.lines(3)).containsExactly("line 7", "line 17", "line 27");
    }
  }

  @Test
  void shouldGoOnWhereAReaderLeftOffThoughFilesWereRolledAndTheReceiverRestarted()
      throws Exception {
    write(0, 10);
    String position;
    try (EventReader reader = EventReader.open(served, LOGS + "/follow", null)) {
      reader.awaitPosition();
      write(10, 20);
      assertThat(reader.lines(10)).isEqualTo(numbered(10, 20));
      position = reader.awaitPosition();
    }
    write(20, 30);
    served.store.compress(served.store.roll(pod("a", "app", 0), "20261122-130000"));
    write(30, 40);
    served.store.roll(pod("a", "app", 0), "20261122-130001");
    write(40, 50);
    served.append(pod("a", "app", 1), record(START.plusSeconds(99), "stdout", "a new instance"));
    served.close();
    served = new ServedStore(folder.resolve("data"), Access.open());

    try (EventReader reader = EventReader.open(served, LOGS + "/follow", position)) {
      List<String> expected = new ArrayList<>(numbered(20, 50));
      expected.add("a new instance");
      assertThat(reader.lines(31)).containsExactlyInAnyOrderElementsOf(expected);
      write(50, 51);
      assertThat(reader.lines(1)).containsExactly("line 50");
    }
  }

  @Test
  void shouldTellASlowReaderHowManyLinesItHasMissed() throws Exception {
    write(0, 1);
    String long1000 = "x".repeat(1000);
    int lines = 0;
    try (EventReader reader = EventReader.open(served, LOGS + "/follow", null)) {
      reader.awaitPosition();
      for (int round = 0; round < 80; round++) {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
          records.append(record(START.plusMillis(lines++), "stdout", long1000));
        }
        served.append(pod("a", "app", 0), records.toString());
      }
      int written = lines;
      await()
          .atMost(SOON)
          .until(
              () -> {
                reader.readSome();
                return reader.received() + reader.dropped() >= written;
              });
      assertThat(reader.received() + reader.dropped()).isEqualTo(written);
      assertThat(reader.dropped()).isPositive();
    }
  }

  /** More than may be open at a time; each kind of answer breaks in another place. */
  @ParameterizedTest
  @CsvSource({
    "GET, logs?limit=200, 1.0",
    "GET, logs?limit=200, 1.1",
    "GET, follow, 1.0",
    "GET, nothing, 1.1",
    "HEAD, logs, 1.0"
  })
  void shouldGiveAwayThePlacesOfConnectionsThatBroke(String method, String what, String version)
      throws Exception {
    write(0, 200);
    String path = what.startsWith("follow") ? LOGS + "/follow" : LOGS.replace("logs", what);
    byte[] request =
        "%s %s HTTP/%s\r\nHost: localhost\r\n\r\n"
            .formatted(method, path, version)
            .getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 1100; i++) {
      try (Socket socket = new Socket(served.address().getAddress(), served.address().getPort())) {
        socket.setSoLinger(true, 0);
        socket.getOutputStream().write(request);
        if (i % 100 == 0) {
          write(200 + i, 201 + i);
        }
      }
    }
    write(2000, 2001);
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> served.get(LOGS + "?limit=1").statusCode() == 200);
    assertThat(openSockets()).isLessThan(300);
  }

  private static long openSockets() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(ApiIT::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldRefuseAnIdThatIsNone() throws Exception {
    write(0, 1);

    HttpResponse<String> response = served.get(LOGS + "/follow", "Last-Event-ID", "nonsense!");

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @Test
  void shouldShowATokenItsTenantsOnlyAndReadTheFileAgain() throws Exception {
    write(0, 1);
    Files.createDirectories(folder.resolve("data/t2/api"));
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, "# all\nadministrator-000 *\nteam-one-00000000 t1\n");
    served.close();
    served = new ServedStore(folder.resolve("data"), TokenFile.open(tokens));

    assertThat(served.get("/api/v1/tenants").statusCode()).isEqualTo(401);
    assertThat(as("nobody-00000000000", "/api/v1/tenants").statusCode()).isEqualTo(401);
    assertThat(json(as("administrator-000", "/api/v1/tenants")).at("/tenants").size()).isEqualTo(2);
    assertThat(json(as("team-one-00000000", "/api/v1/tenants")).at("/tenants").size()).isOne();
    assertThat(as("team-one-00000000", LOGS).statusCode()).isEqualTo(200);
    assertThat(as("team-one-00000000", "/api/v1/tenants/t2/services").statusCode())
        .isEqualTo(as("team-one-00000000", "/api/v1/tenants/t3/services").statusCode())
        .isEqualTo(404);
    assertThat(served.get("/").statusCode()).isEqualTo(200);

    Files.writeString(tokens, "team-two-00000000 t2\n");
    await()
        .atMost(SOON)
        .until(() -> as("team-two-00000000", "/api/v1/tenants").statusCode() == 200);
    assertThat(as("team-one-00000000", LOGS).statusCode()).isEqualTo(401);
    Files.writeString(tokens, "short t2\n");
    await()
        .during(Duration.ofSeconds(2))
        .atMost(SOON)
        .until(() -> as("team-two-00000000", "/api/v1/tenants").statusCode() == 200);
  }

  private HttpResponse<String> as(String token, String path) throws Exception {
    return served.get(path, "Authorization", "Bearer " + token);
  }

  /** Reads server-sent events, only when it is told to. */
  private static final class EventReader implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;
    private String event = "message";
    private String id = "";
    private int received;
    private long dropped;
    private final List<String> lines = new ArrayList<>();

    private EventReader(Socket socket) throws IOException {
      this.socket = socket;
      this.in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    static EventReader open(ServedStore served, String path, @Nullable String last)
        throws IOException {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(64 * 1024);
      socket.connect(served.address());
      socket.setSoTimeout((int) SOON.toMillis());
      OutputStream out = socket.getOutputStream();
      String resume = last == null ? "" : "Last-Event-ID: " + last + "\r\n";
      out.write(
          ("GET " + path + " HTTP/1.0\r\n" + resume + "\r\n").getBytes(StandardCharsets.UTF_8));
      return new EventReader(socket);
    }

    private boolean read() throws IOException {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the stream has ended");
      }
      if (line.startsWith("event: ")) {
        event = line.substring("event: ".length());
      } else if (line.startsWith("id: ")) {
        id = line.substring("id: ".length());
      } else if (line.startsWith("data: ")) {
        data(new ObjectMapper().readTree(line.substring("data: ".length())));
      } else if (line.isEmpty()) {
        boolean isPosition = event.equals("position");
        event = "message";
        return isPosition;
      }
      return false;
    }

    private void data(JsonNode data) {
      if (event.equals("message")) {
        received++;
        lines.add(data.at("/line").asText());
      } else if (event.equals("dropped")) {
        dropped += data.at("/lines").asLong();
      }
    }

    String awaitPosition() throws IOException {
      boolean isPosition = false;
      while (!isPosition) {
        isPosition = read();
      }
      return id;
    }

    /** The next lines that were not asked for before. */
    List<String> lines(int count) throws IOException {
      while (lines.size() < count) {
        read();
      }
      List<String> next = List.copyOf(lines.subList(0, count));
      lines.subList(0, count).clear();
      return next;
    }

    void readSome() throws IOException {
      awaitPosition();
      lines.clear();
    }

    int received() {
      return received;
    }

    long dropped() {
      return dropped;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
