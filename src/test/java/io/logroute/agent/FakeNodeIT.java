// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.agent.kubelet.FakeContainer;
import io.logroute.agent.kubelet.FakeNode;
import io.logroute.agent.kubelet.WrittenRecord;
import io.logroute.receiver.ReceiverProcess;
import io.logroute.receiver.sink.AckedStream;
import io.logroute.receiver.store.StoredLog;
import io.logroute.wire.StandardStream;
import io.logroute.wire.StreamIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fake node with real agents, receivers and connections, all of which end and come back at
 * random: every line is stored once, in order. Longer with {@code -Dlogroute.process.runs=20}.
 */
@SuppressWarnings("NullAway.Init") // each run begins by filling its fields
class FakeNodeIT {

  private static final int RUNS = Integer.getInteger("logroute.process.runs", 1);
  private static final int ACTIONS = Integer.getInteger("logroute.process.actions", 14);
  private static final int MAX_ROTATIONS = 3;
  private static final Duration SOON = Duration.ofSeconds(180);

  @TempDir private Path folder;

  private final List<FakeContainer> containers = new ArrayList<>();
  private final CuttingProxy proxy = new CuttingProxy();
  private final int[] rotations = new int[3];
  private Path root;
  private Random random;
  private NodeFolders node;
  private ReceiverProcess receiver;
  private AgentProcess agent;
  private int numbers;
  private int receivers;

  @Test
  void shouldStoreEveryLineOnceWhateverEndsAndComesBack() throws Exception {
    long first = Long.getLong("logroute.seed", 20261122L);
    for (long seed = first; seed < first + RUNS; seed++) {
      run(seed);
      System.out.printf("FakeNodeIT: seed %d, no violation%n", seed);
    }
    proxy.close();
  }

  private void run(long seed) throws Exception {
    random = new Random(seed);
    root = folder.resolve("run-" + seed);
    node = new NodeFolders(root);
    node.route(table());
    FakeNode fake = new FakeNode(root, () -> System.currentTimeMillis() * 1_000_000, random);
    containers.clear();
    for (int i = 0; i < rotations.length; i++) {
      rotations[i] = 0;
      containers.add(fake.container("web-" + i));
    }
    startReceiver();
    agent = AgentProcess.launch(node);
    try {
      for (int action = 0; action < ACTIONS; action++) {
        perform(random.nextInt(rotations.length));
      }
      for (FakeContainer container : containers) {
        container.kubelet().finish();
        container.line(false, text("stdout"));
      }
      for (FakeContainer container : containers) {
        await("seed " + seed).atMost(SOON).until(() -> has(container));
        check(container, seed);
      }
      assertThat(agent.metric("logroute_agent_lost_bytes_total")).as("seed %d", seed).isZero();
      assertThat(agent.terminate()).isZero();
    } finally {
      agent.close();
      receiver.close();
      containers.forEach(FakeContainer::close);
    }
  }

  private String table() {
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}]
      routes: [{name: all, driver: zmq, endpoint: central, options: {tag: '{{.PodName}}'}}]
      pods:
        - namespace: '*'
          name: '*'
          containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
    """
        .formatted(proxy.port());
  }

  private void startReceiver() {
    receiver = ReceiverProcess.start(root.resolve("data"), root.resolve("receiver-" + receivers++));
    proxy.leadTo(receiver.ackedPort());
  }

  private void perform(int number) throws IOException {
    FakeContainer container = containers.get(number);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> lines(container);
      case 4, 5 -> rotateWithin(container, number);
      case 6 -> container.kubelet().step();
      case 7 -> proxy.cut();
      case 8 -> {
        receiver.kill();
        lines(container);
        startReceiver();
      }
      case 9 -> {
        agent.kill();
        lines(container);
        agent = AgentProcess.launch(node);
      }
      case 10 -> {
        agent.terminate();
        lines(container);
        agent = AgentProcess.launch(node);
      }
      default -> {
        long untilNanos = System.nanoTime() + random.nextLong(600_000_000);
        await().until(() -> System.nanoTime() - untilNanos > 0);
      }
    }
  }

  private void lines(FakeContainer container) throws IOException {
    for (int count = random.nextInt(400); count > 0; count--) {
      boolean stderr = random.nextInt(5) == 0;
      container.line(stderr, text(stderr ? "stderr" : "stdout"));
    }
  }

  /** A line whose pieces stand on both sides of a rotation; the kubelet keeps so many files. */
  private void rotateWithin(FakeContainer container, int number) throws IOException {
    container.record(false, true, "begun before a rotation, ".getBytes(UTF_8));
    if (rotations[number]++ < MAX_ROTATIONS) {
      container.kubelet().rotate();
    }
    container.record(false, false, text("stdout"));
  }

  private byte[] text(String stream) {
    int length = random.nextInt(50) == 0 ? 40_000 : random.nextInt(200);
    return ("line " + numbers++ + " " + "x".repeat(length) + " of " + stream).getBytes(UTF_8);
  }

  private boolean has(FakeContainer container) throws IOException {
    return stored(container, "stdout").size() >= written(container, false).size()
        && stored(container, "stderr").size() >= written(container, true).size();
  }

  private void check(FakeContainer container, long seed) throws IOException {
    assertThat(stored(container, "stdout"))
        .as("seed %d", seed)
        .isEqualTo(written(container, false));
    assertThat(stored(container, "stderr")).as("seed %d", seed).isEqualTo(written(container, true));
  }

  private static List<String> written(FakeContainer container, boolean stderr) {
    List<String> lines = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (WrittenRecord written : container.records(stderr)) {
      line.writeBytes(written.content());
      if (!written.partial()) {
        lines.add(line.toString(UTF_8));
        line.reset();
      }
    }
    return lines;
  }

  private List<String> stored(FakeContainer container, String stream) throws IOException {
    StreamIdentity identity =
        new StreamIdentity(
            "",
            "node-1",
            "t",
            "app",
            "all",
            "ns",
            container.pod(),
            container.uid(),
            "app",
            0,
            StandardStream.STDOUT,
            1);
    List<String> lines = new ArrayList<>();
    StoredLog.of(root.resolve("data"), AckedStream.of(identity))
        .read(line -> lines.add(new String(line, UTF_8)));
    return lines.stream().filter(line -> line.endsWith("of " + stream)).toList();
  }
}
