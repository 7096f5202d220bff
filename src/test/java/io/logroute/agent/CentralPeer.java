// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.awaitility.Awaitility.await;

import io.logroute.cluster.FreePort;
import io.logroute.cluster.GuardedProcess;
import io.logroute.cluster.PythonPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The centre, in another language and with libzmq: binds, and keeps what comes in a file that
 * outlives it.
 */
final class CentralPeer implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(90);

  /** A message as it came. */
  record Received(String tenant, String service, byte[] thirdFrame) {
    String tag() {
      return new String(thirdFrame, 0, separator(), StandardCharsets.UTF_8);
    }

    byte[] line() {
      return Arrays.copyOfRange(thirdFrame, separator() + 2, thirdFrame.length);
    }

    String text() {
      return new String(line(), StandardCharsets.UTF_8);
    }

    private int separator() {
      for (int i = 0; i + 1 < thirdFrame.length; i++) {
        if (thirdFrame[i] == ':' && thirdFrame[i + 1] == ' ') {
          return i;
        }
      }
      throw new AssertionError("no tag in " + new String(thirdFrame, StandardCharsets.UTF_8));
    }
  }

  private final Path folder;
  private final Path file;
  private final String kind;
  private final int port = FreePort.next();
  private final String[] prefixes;
  private int lives;
  private @Nullable GuardedProcess process;

  private CentralPeer(Path folder, String kind, String... prefixes) {
    this.folder = folder;
    this.file = folder.resolve("received-" + port);
    this.kind = kind;
    this.prefixes = prefixes;
  }

  /** A centre that has an address and does not run yet. */
  static CentralPeer away(Path folder, String socket) {
    return new CentralPeer(folder, socket.equals("PUB") ? "sub" : "pull");
  }

  /** A running centre for agents with a socket of this kind. */
  static CentralPeer start(Path folder, String socket, String... tenantPrefixes) {
    CentralPeer peer =
        new CentralPeer(folder, socket.equals("PUB") ? "sub" : "pull", tenantPrefixes);
    peer.start();
    return peer;
  }

  void start() {
    Path log = folder.resolve("central-" + port + "-" + ++lives + ".log");
    List<String> arguments = new ArrayList<>(List.of(kind, address(), file.toString()));
    arguments.addAll(List.of(prefixes));
    process = PythonPeer.start(log, script(), arguments.toArray(String[]::new));
    await("the centre's start, see " + log)
        .atMost(LONG)
        .until(() -> Files.readString(log).contains("bound"));
  }

  private static Path script() {
    try {
      return Path.of(CentralPeer.class.getResource("central.py").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  String address() {
    return "tcp://127.0.0.1:" + port;
  }

  /** All that came, over all its lives. */
  List<Received> received() {
    List<Received> all = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(content());
    try {
      while (bytes.hasRemaining()) {
        byte[] tenant = frame(bytes);
        byte[] service = frame(bytes);
        all.add(
            new Received(
                new String(tenant, StandardCharsets.UTF_8),
                new String(service, StandardCharsets.UTF_8),
                frame(bytes)));
      }
    } catch (BufferUnderflowException halfWritten) {
      return all;
    }
    return all;
  }

  private static byte[] frame(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] frame = new byte[length];
    bytes.get(frame);
    return frame;
  }

  private byte[] content() {
    try {
      return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a service in the order in which they came. */
  List<String> lines(String service) {
    return lines(message -> message.service().equals(service));
  }

  List<String> lines(Predicate<Received> which) {
    return received().stream().filter(which).map(Received::text).toList();
  }

  /** Waits until a service has exactly these lines. */
  void awaitLines(String service, List<String> expected) {
    await("lines of " + service)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> lines(service).size() >= expected.size());
    assertSame(lines(service), expected);
  }

  /** The same lines in the same order; tells of long lists only where they part. */
  static void assertSame(List<String> actual, List<String> expected) {
    int i = 0;
    while (i < Math.min(actual.size(), expected.size()) && actual.get(i).equals(expected.get(i))) {
      i++;
    }
    if (i < Math.max(actual.size(), expected.size())) {
      throw new AssertionError(
          "of %d lines instead of %d the one at %d is not what was written: %s instead of %s"
              .formatted(
                  actual.size(), expected.size(), i, around(actual, i), around(expected, i)));
    }
  }

  private static List<String> around(List<String> lines, int i) {
    int from = Math.min(Math.max(0, i - 1), lines.size());
    return lines.subList(from, Math.min(lines.size(), i + 2));
  }

  void awaitCount(long count) {
    await("messages")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> received().size() >= count);
  }

  /** SIGKILL: what it had not kept is lost. */
  void kill() {
    if (process != null) {
      process.kill();
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
