// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;

/** A central endpoint in Python: a SUB socket that binds and keeps what it receives, in order. */
final class Subscriber implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  /** The three frames of a line. */
  record Frames(String tenant, String service, String line) {}

  private final int port = FreePort.next();
  private final Path out;
  private final GuardedProcess python;

  Subscriber(Path out) throws IOException, URISyntaxException {
    this.out = out;
    Path script =
        Path.of(Objects.requireNonNull(Subscriber.class.getResource("subscriber.py")).toURI());
    python = PythonPeer.start(out, script, address());
    Awaitility.await("python to bind, see " + out)
        .atMost(Duration.ofSeconds(30))
        .failFast("python ended, see " + out, () -> !python.isAlive())
        .until(() -> Files.readString(out).startsWith("bound"));
  }

  /** {@code tcp://127.0.0.1:PORT}. */
  String address() {
    return "tcp://127.0.0.1:" + port;
  }

  /** Everything so far; a message that is still being printed is left out. */
  List<Frames> messages() throws IOException {
    String text = Files.readString(out);
    List<Frames> messages = new ArrayList<>();
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().skip(1).toList()) {
      List<?> frames = JSON.readValue(line, List.class);
      messages.add(
          new Frames((String) frames.get(0), (String) frames.get(1), (String) frames.get(2)));
    }
    return messages;
  }

  /** The third frames of a tenant's service. */
  List<String> lines(String tenant, String service) throws IOException {
    return messages().stream()
        .filter(frames -> frames.tenant().equals(tenant) && frames.service().equals(service))
        .map(Frames::line)
        .toList();
  }

  @Override
  public void close() {
    python.close();
  }
}
