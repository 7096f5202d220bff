// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.receiver.ReceiverProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A real agent, a real receiver that hands lines on, and what it hands them to, the centre. Both
 * are killed while pods write, or the centre's disk gets full: at the end the centre has every
 * line, and after dropping repeats by what names a line each container's lines are in order.
 */
final class SinkDelivery implements AutoCloseable {

  private static final int LINES_A_STEP = 4000;
  private static final Duration SOON = Duration.ofSeconds(180);

  /** What the receiver hands lines to, as a process. */
  interface Centre extends AutoCloseable {
    /** Of the receiver. */
    String[] options();

    /** Returns before it answers. */
    void killAndStart();

    @Override
    void close();
  }

  /** Reads what the centre has, on and on. */
  interface Reader extends AutoCloseable {
    void poll(Arrived into) throws Exception;

    @Override
    void close();
  }

  /** What befalls them. */
  private enum Blow {
    RECEIVER_KILLED,
    CENTRE_KILLED,
    BOTH_KILLED
  }

  /** All that the centre has, without repeats. */
  static final class Arrived {
    private final Set<String> seen = new HashSet<>();
    private final Map<String, List<String>> byStream = new HashMap<>();
    private int repeats;

    /**
     * A line.
     *
     * @param uid names it
     * @param stream as {@code namespace_pod_uid/container stdout}
     */
    void line(String uid, String stream, String text) {
      if (seen.add(uid)) {
        byStream.computeIfAbsent(stream, name -> new ArrayList<>()).add(text);
      } else {
        repeats++;
      }
    }

    private int lines() {
      return seen.size();
    }
  }

  private final long seed = Long.getLong("logroute.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final CuttingProxy proxy = new CuttingProxy();
  private final List<ContainerWriter> containers = new ArrayList<>();
  private final Path folder;
  private final Centre centre;
  private final AgentProcess agent;
  private ReceiverProcess receiver;
  private int receivers;
  private int errLines;

  SinkDelivery(Path folder, Centre centre) {
    this.folder = folder;
    this.centre = centre;
    NodeFolders node = new NodeFolders(folder);
    for (int i = 0; i < 4; i++) {
      containers.add(node.container("shop", "web-" + i, "app"));
    }
    node.route(
        """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          cluster: 5f1e
          endpoints: [{name: central, addresses: ['tcp://127.0.0.1:%d'], delivery: AtLeastOnce}]
          routes: [{name: all, driver: zmq, endpoint: central}]
          pods:
            - namespace: '*'
              name: '*'
              containers: [{name: '*', routes: [{route: all, tenantId: t, serviceId: app}]}]
        """
            .formatted(proxy.port()));
    startReceiver();
    agent = AgentProcess.launch(node);
  }

  private void startReceiver() {
    receiver =
        ReceiverProcess.start(
            folder.resolve("data"),
            folder.resolve("receiver-" + receivers++ + ".log"),
            centre.options());
    proxy.leadTo(receiver.ackedPort());
  }

  /** Strikes so many blows of each kind while pods write, then looks what arrived. */
  void shouldHaveEveryLineInOrder(String name, int kills, Reader reader) throws Exception {
    List<Blow> blows = new ArrayList<>();
    for (Blow blow : Blow.values()) {
      blows.addAll(Collections.nCopies(kills, blow));
    }
    Collections.shuffle(blows, random);
    for (Blow blow : blows) {
      double before = stored();
      write();
      await("seed " + seed).atMost(SOON).until(() -> stored() > before);
      write();
      pauseAtRandom();
      strike(blow);
    }
    write();
    Arrived arrived = awaitAll(reader);
    System.out.printf(
        "%s: %d blows (receiver, centre, both: %d each), %d lines, %d repeats dropped, none missing,"
            + " all in order%n",
        name, blows.size(), kills, arrived.lines(), arrived.repeats);
    assertThat(receiver.terminate()).isZero();
  }

  /**
   * Lets pods write more than the centre's disk holds, and gives it room when the receiver says
   * that it is not ready any more.
   */
  void shouldHaveEveryLineInOrderAfterAFullDisk(
      String name, int linesEach, Runnable giveRoom, Reader reader) throws Exception {
    for (ContainerWriter container : containers) {
      container.lines(linesEach);
    }
    await("the disk to be full, seed " + seed)
        .atMost(SOON)
        .until(() -> receiver.get("/readyz").statusCode() == 503);
    double stored = stored();
    assertThat(stored).isLessThan((double) linesEach * containers.size());

    giveRoom.run();
    write();
    Arrived arrived = awaitAll(reader);
    System.out.printf(
        "%s: %.0f lines before its disk was full, %d lines, %d repeats dropped, none missing, all in"
            + " order%n",
        name, stored, arrived.lines(), arrived.repeats);
    assertThat(receiver.terminate()).isZero();
  }

  private Arrived awaitAll(Reader reader) throws Exception {
    Map<String, List<String>> wanted = new HashMap<>();
    for (ContainerWriter container : containers) {
      wanted.put(container.key() + " stdout", container.stdout());
      wanted.put(container.key() + " stderr", container.stderr());
    }
    int lines = wanted.values().stream().mapToInt(List::size).sum();
    Arrived arrived = new Arrived();
    await("seed " + seed)
        .atMost(SOON)
        .until(
            () -> {
              reader.poll(arrived);
              return arrived.lines() >= lines;
            });
    wanted.forEach(
        (stream, text) ->
            assertThat(arrived.byStream.get(stream))
                .as("%s, seed %d", stream, seed)
                .isEqualTo(text));
    return arrived;
  }

  private void write() {
    for (ContainerWriter container : containers) {
      container.lines(random.nextInt(LINES_A_STEP));
      container.line("stderr", container.key() + " line " + errLines++ + " of stderr");
      container.lines(1);
      if (random.nextInt(4) == 0) {
        container.rotate();
      }
    }
  }

  private double stored() {
    return receiver.metric("logroute_receiver_stored_lines_total");
  }

  /** So that blows fall while lines are on their way. */
  private void pauseAtRandom() {
    long untilNanos = System.nanoTime() + random.nextLong(300_000_000);
    await().until(() -> System.nanoTime() - untilNanos > 0);
  }

  private void strike(Blow blow) {
    switch (blow) {
      case RECEIVER_KILLED -> {
        receiver.kill();
        startReceiver();
      }
      case CENTRE_KILLED -> centre.killAndStart();
      case BOTH_KILLED -> {
        receiver.kill();
        centre.killAndStart();
        startReceiver();
      }
    }
  }

  @Override
  public void close() throws Exception {
    agent.close();
    receiver.close();
    proxy.close();
  }
}
