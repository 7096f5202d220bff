// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.logroute.agent.kubelet.FakeContainer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes a {@link NodeRun} do what a list of actions says. */
final class NodeScript {

  private static final int BUFFER_BYTES = ReadBuffer.BYTES;

  private final NodeRun run;
  private int numbers;

  NodeScript(NodeRun run) {
    this.run = run;
  }

  /** Does one action; one that makes no sense now does nothing. */
  void perform(NodeAction action) throws IOException, InterruptedException {
    Random random = new Random(action.seed());
    FakeContainer container = pick(random);
    switch (action.kind()) {
      case NEW_POD -> newPod(random);
      case SHORT_POD -> shortPod(random);
      case CENTRE_UP_OR_DOWN -> {
        MemoryCentre centre = run.centre(route(random));
        centre.setUp(!centre.isUp());
      }
      case CUT -> run.drivers().forEach(driver -> driver.cut(random.nextInt(4)));
      case AGENT_KILLED -> run.killAgent();
      case AGENT_STOPPED -> run.stopAgent();
      case AGENT_STARTED -> run.startAgent();
      case CONDUCTOR_ROUND -> run.conduct();
      case PIPELINE_ROUND -> run.pump();
      case TIME -> run.pass(1 + random.nextInt(400));
      case LONG_TIME -> run.pass(1_000 + random.nextInt(40_000));
      default -> {
        if (container != null) {
          perform(action.kind(), container, random);
        }
      }
    }
  }

  private void perform(NodeAction.Kind kind, FakeContainer container, Random random)
      throws IOException {
    boolean stderr = random.nextInt(3) == 0;
    switch (kind) {
      case LINES -> lines(container, random);
      case LONG_LINE -> container.line(stderr, text(random, 10_000 + random.nextInt(60_000)));
      case RECORD_LONGER_THAN_A_BUFFER ->
          container.record(
              stderr, random.nextBoolean(), text(random, BUFFER_BYTES + random.nextInt(90_000)));
      case PARTIAL -> container.record(stderr, true, text(random, 1 + random.nextInt(60)));
      case TORN -> {
        byte[] content = text(random, 20 + random.nextInt(60));
        container.tear(stderr, content, random.nextInt(content.length));
      }
      case MALFORMED -> container.malformed(text(random, 30));
      case BEGIN_ROTATION -> container.kubelet().beginRotation(random.nextInt(6) == 0);
      case KUBELET_STEP -> container.kubelet().step();
      case ROTATE -> container.kubelet().rotate();
      case KUBELET_ENDS -> container.kubelet().abandon();
      case LATE_WRITE -> container.lateRecord(stderr, text(random, 20));
      case CLOSE_OLD -> container.closeOld();
      case TRUNCATE -> container.truncate();
      case REMOVE_ROTATED -> container.kubelet().removeRotated();
      case RESTART -> container.crash();
      case DELETE_POD -> container.delete();
      case TABLE -> table(container, random);
      case REFUSE -> refuse(container, stderr, random);
      default -> throw new IllegalStateException(kind + " is not of a container");
    }
  }

  private @Nullable FakeContainer pick(Random random) {
    List<FakeContainer> alive =
        run.node().containers().stream().filter(Predicate.not(FakeContainer::isDeleted)).toList();
    return alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
  }

  private static String route(Random random) {
    return random.nextBoolean() ? "plain" : "acked";
  }

  private void newPod(Random random) throws IOException {
    FakeContainer container = run.node().container("web-" + run.node().containers().size());
    table(container, random);
    lines(container, random);
  }

  private void shortPod(Random random) throws IOException, InterruptedException {
    FakeContainer container = run.node().container("job-" + run.node().containers().size());
    lines(container, random);
    run.pass(random.nextInt(1_500));
    container.delete();
    if (random.nextBoolean()) {
      run.decide(container, NodeRun.ROUTES);
    }
  }

  private void table(FakeContainer container, Random random) {
    switch (random.nextInt(6)) {
      case 0 -> run.leaveUndecided(container);
      case 1 -> run.decide(container, Set.of());
      case 2 -> run.decide(container, Set.of(route(random)));
      default -> run.decide(container, NodeRun.ROUTES);
    }
  }

  private void refuse(FakeContainer container, boolean stderr, Random random) {
    for (MemoryDriver driver : run.drivers()) {
      driver.refuse(random.nextBoolean() ? null : container.key() + stderr);
    }
  }

  private void lines(FakeContainer container, Random random) throws IOException {
    for (int count = 1 + random.nextInt(20); count > 0; count--) {
      int length = random.nextInt(10) == 0 ? 0 : 12 + random.nextInt(120);
      container.line(random.nextInt(4) == 0, length == 0 ? new byte[0] : text(random, length));
    }
  }

  /** Bytes like no others in this run, of any value but a line feed's. */
  private byte[] text(Random random, int length) {
    byte[] number = Integer.toString(numbers++).getBytes(US_ASCII);
    byte[] bytes = new byte[Math.max(length, number.length)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == '\n' ? (byte) 0 : bytes[i];
    }
    byte[] text = Arrays.copyOf(number, number.length + bytes.length);
    System.arraycopy(bytes, 0, text, number.length, bytes.length);
    return text;
  }
}
