// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real agent and a real receiver that speak the acknowledged protocol, and both are killed, and
 * their connection is cut, while pods write as fast as they can: at the end every line is stored
 * once and in order. Prints how long it took after each blow until lines were acknowledged again:
 * after a cut from the cut on, after a receiver's death from when the next one listens, after an
 * agent's from when the next one serves its pages.
 *
 * <p>Longer with {@code -Dlogroute.acked.kills=25}, which is 50 deaths of each and 200 cuts when
 * {@code -Dlogroute.acked.cuts=200} is there too.
 */
class AckedDeliveryIT {

  private static final int KILLS = Integer.getInteger("logroute.acked.kills", 2);
  private static final int CUTS = Integer.getInteger("logroute.acked.cuts", 4 * KILLS);
  private static final int LINES_A_STEP = Integer.getInteger("logroute.acked.lines", 4_000);
  private static final Duration SOON = Duration.ofSeconds(120);

  /** What befalls them. */
  private enum Blow {
    AGENT_KILLED,
    RECEIVER_KILLED,
    BOTH_KILLED,
    CONNECTION_CUT
  }

  @TempDir private Path folder;

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Random pauses = new Random(~seed);
  private final CuttingProxy proxy = new CuttingProxy();
  private final List<ContainerWriter> containers = new ArrayList<>();
  private double sentBefore;
  private long struckNanos;
  private NodeFolders node;
  private ReceiverProcess receiver;
  private AgentProcess agent;
  private final Map<Blow, List<Long>> recoveriesMs = new EnumMap<>(Blow.class);
  private int receivers;
  private int errLines;

  @BeforeEach
  void start() {
    node = new NodeFolders(folder);
    for (int i = 0; i < 4; i++) {
      containers.add(node.container("shop", "web-" + i, "app"));
    }
    node.route(
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}]
          routes: [{name: all, driver: zmq, endpoint: central}]
          pods:
            - namespace: '*'
              name: '*'
              containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
        """
            .formatted(proxy.port()));
    startReceiver();
    startAgent();
  }

  private void startReceiver() {
    Path log = folder.resolve("receiver-" + receivers++ + ".log");
    receiver = ReceiverProcess.start(folder.resolve("data"), log, "--roll-bytes", "200Ki");
    proxy.leadTo(receiver.ackedPort());
  }

  private void startAgent() {
    agent = AgentProcess.launch(node);
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    receiver.close();
    proxy.close();
  }

  @Test
  void shouldStoreEveryLineOnceThroughKillsAndCuts() throws Exception {
    List<Blow> blows = new ArrayList<>();
    for (Blow blow : Blow.values()) {
      blows.addAll(Collections.nCopies(blow == Blow.CONNECTION_CUT ? CUTS : KILLS, blow));
    }
    Collections.shuffle(blows, random);
    for (Blow blow : blows) {
      write();
      Thread writer = Thread.ofPlatform().start(this::write);
      pauseAtRandom();
      strike(blow);
      writer.join();
      awaitDelivery(blow);
    }
    write();
    containers.forEach(container -> await("seed " + seed).atMost(SOON).until(() -> has(container)));
    for (ContainerWriter container : containers) {
      assertThat(stored(container, "stdout")).as("seed %d", seed).isEqualTo(container.stdout());
      assertThat(stored(container, "stderr")).as("seed %d", seed).isEqualTo(container.stderr());
    }
    recoveriesMs.forEach(AckedDeliveryIT::print);
    assertThat(receiver.metric("logroute_receiver_acked_malformed_total")).isZero();
    assertThat(agent.terminate()).isZero();
    assertThat(receiver.terminate()).isZero();
    assertThat(receiver.log()).doesNotContain("Exception", "ERROR");
  }

  private void write() {
    for (ContainerWriter container : containers) {
      int lines = random.nextInt(LINES_A_STEP);
      container.lines(lines);
      container.line("stderr", container.key() + " line " + errLines++ + " of stderr");
      container.lines(1);
      if (random.nextInt(4) == 0) {
        container.rotate();
      }
    }
  }

  /** So that blows fall at different moments of the delivery. */
  private void pauseAtRandom() {
    LockSupport.parkNanos(pauses.nextLong(100_000_000));
  }

  /** More lines, and how long after the blow the first of all is acknowledged. */
  private void awaitDelivery(Blow blow) {
    for (ContainerWriter container : containers) {
      container.lines(1);
    }
    await("seed " + seed + ", a line after " + blow)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> sent() > sentBefore);
    long tookMs = Duration.ofNanos(System.nanoTime() - struckNanos).toMillis();
    recoveriesMs.computeIfAbsent(blow, b -> new ArrayList<>()).add(tookMs);
  }

  private double sent() {
    return agent.metric("logroute_agent_sent_lines_total");
  }

  private static void print(Blow blow, List<Long> timesMs) {
    List<Long> sorted = timesMs.stream().sorted().toList();
    System.out.printf(
        "%s %d times, first delivery after it: median %d ms, longest %d ms%n",
        blow, sorted.size(), sorted.get(sorted.size() / 2), sorted.getLast());
  }

  private void strike(Blow blow) {
    switch (blow) {
      case AGENT_KILLED -> {
        agent.kill();
        startAgent();
      }
      case RECEIVER_KILLED -> {
        receiver.kill();
        startReceiver();
      }
      case BOTH_KILLED -> {
        receiver.kill();
        agent.kill();
        startReceiver();
        startAgent();
      }
      case CONNECTION_CUT -> proxy.cut();
    }
    sentBefore = sent();
    struckNanos = System.nanoTime();
  }

  private boolean has(ContainerWriter container) throws IOException {
    return stored(container, "stdout").size() >= container.stdout().size()
        && stored(container, "stderr").size() >= container.stderr().size();
  }

  private List<String> stored(ContainerWriter container, String stream) throws IOException {
    return StoredLines.of(folder.resolve("data"), "all", container).stream()
        .filter(line -> line.endsWith("of " + stream))
        .toList();
  }
}
