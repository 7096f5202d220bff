// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * One container that writes as fast as the disk takes it, and a hundred quiet ones: how long a
 * quiet line is on its way. Prints its figures; {@code -Dlogroute.fair.seconds=30} is a
 * measurement, the short run holds the agent to a bound that a busy machine keeps too.
 */
class AgentFairnessIT {

  private static final int SECONDS = Integer.getInteger("logroute.fair.seconds", 8);
  private static final int QUIET = 100;
  private static final long MAX_HOT_BYTES = SECONDS * (100L << 20);
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final long BOUND_MS = 5_000;

  @TempDir Path folder;

  private final List<Long> latenciesMs = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong hotLines = new AtomicLong();
  private volatile boolean stopping;

  @Test
  void shouldLetQuietContainersThroughBesideOneAtFullSpeed() throws Exception {
    NodeFolders node = new NodeFolders(folder);
    ContainerWriter hot = node.container("ns", "hot", "app").stop();
    List<ContainerWriter> quiet = new ArrayList<>();
    for (int i = 0; i < QUIET; i++) {
      quiet.add(node.container("ns", "quiet-" + i, "app"));
    }
    try (ZContext context = new ZContext()) {
      ZMQ.Socket centre = context.createSocket(SocketType.PULL);
      int port = centre.bindToRandomPort("tcp://127.0.0.1");
      centre.setReceiveTimeOut(100);
      Thread receiving = Thread.ofPlatform().daemon().start(() -> receive(centre));
      node.route(
          """
          apiVersion: logroute.io/v1alpha1
          kind: NodeRouteTable
          metadata: {name: node-1}
          spec:
            endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], socket: PUSH}]
            routes: [{name: all, driver: zmq, endpoint: central}]
            pods:
              - namespace: '*'
                name: '*'
                containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
          """
              .formatted(port));
      try (AgentProcess agent = AgentProcess.start(node)) {
        Thread writing = Thread.ofPlatform().daemon().start(() -> writeHot(hot.current()));
        await().atMost(LONG).until(() -> hotLines.get() > 1_000);
        int written = writeQuiet(quiet);
        await().atMost(LONG).until(() -> latenciesMs.size() >= written);
        stopping = true;
        writing.join();
        receiving.join();
        report(agent);
      }
    }
  }

  private void receive(ZMQ.Socket centre) {
    while (!stopping) {
      if (centre.recv() == null) {
        continue;
      }
      centre.recv();
      byte[] third = centre.recv();
      String start = new String(third, 0, Math.min(80, third.length), UTF_8);
      int at = start.indexOf("written ");
      if (at < 0) {
        hotLines.incrementAndGet();
      } else {
        latenciesMs.add(System.currentTimeMillis() - Long.parseLong(start.substring(at + 8)));
      }
    }
  }

  private void writeHot(Path file) {
    byte[] records =
        (OffsetDateTime.now(ZoneOffset.UTC) + " stdout F " + "h".repeat(150) + "\n")
            .repeat(300)
            .getBytes(UTF_8);
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      for (long bytes = 0; !stopping && bytes < MAX_HOT_BYTES; bytes += records.length) {
        out.write(records);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int writeQuiet(List<ContainerWriter> quiet) throws InterruptedException {
    long endNanos = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    int written = 0;
    while (System.nanoTime() < endNanos) {
      quiet.get(written % QUIET).line("stdout", "written " + System.currentTimeMillis());
      written++;
      Thread.sleep(10);
    }
    return written;
  }

  private void report(AgentProcess agent) {
    List<Long> sorted = latenciesMs.stream().sorted().toList();
    long p50 = sorted.get(sorted.size() / 2);
    long p99 = sorted.get(sorted.size() * 99 / 100);
    System.out.printf(
        "%d quiet lines beside %d hot ones in %d s: p50 %d ms, p99 %d ms, max %d ms;"
            + " %.0f MB of the hot file still unread%n",
        sorted.size(),
        hotLines.get(),
        SECONDS,
        p50,
        p99,
        sorted.getLast(),
        agent.metric("logroute_agent_lag_bytes") / 1e6);
    assertThat(p99).as("p99 in ms").isLessThan(BOUND_MS);
  }
}
