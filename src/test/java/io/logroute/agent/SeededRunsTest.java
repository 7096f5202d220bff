// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node's life drawn at random, over and over: whatever kubelet, runtime, table, centres and
 * agents do, every byte that was there to be read arrives, in order, and again only where that is
 * promised. {@code -Dlogroute.seeds=10000} runs so many from the seed of the moment on, {@code
 * -Dlogroute.seed=N} one again. Every build has the same few: a build must not depend on the day.
 */
class SeededRunsTest {

  private static final int SHORT_FORM_RUNS = 200;
  private static final long SHORT_FORM_SEED = 20261122000000L;

  private static final Path FOLDERS =
      Files.isWritable(Path.of("/dev/shm")) ? Path.of("/dev/shm") : Path.of("target");

  /** Each of them once broke a promise. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        20261122005797L,
        20261122006317L,
        1795379032035000356L,
        20261122000443L,
        20261122000934L,
        20261122001175L,
        20261122001351L,
        20261122004862L,
        20261122006204L,
        20261123000920L,
        20261123011188L,
        20261123020751L,
        20261123030308L,
        20261123038313L,
        20261123039512L,
        20261125003019L,
        20261130000689L,
        1795435533822000560L
      })
  void shouldKeepWhatWasMended(long seed) throws Exception {
    runOf(seed);
  }

  @Test
  void shouldDeliverEverythingWhateverHappensOnTheNode() throws Exception {
    Long one = Long.getLong("logroute.seed");
    Integer many = Integer.getInteger("logroute.seeds");
    int seeds = many != null ? many : one == null ? SHORT_FORM_RUNS : 1;
    long drawn = many == null ? SHORT_FORM_SEED : System.currentTimeMillis() * 1_000_000;
    long first = one == null ? drawn : one;
    long startNanos = System.nanoTime();
    int runs = 0;
    while (runs < seeds) {
      runOf(first + runs);
      runs++;
      if (runs % 500 == 0) {
        System.out.printf("%d runs from seed %d on, no violation%n", runs, first);
      }
    }
    System.out.printf(
        "%d runs, seeds %d to %d, %d s, no violation%n",
        runs, first, first + runs - 1, (System.nanoTime() - startNanos) / 1_000_000_000);
  }

  private static void runOf(long seed) throws IOException {
    List<NodeAction> actions = NodeAction.drawn(seed);
    Throwable violation = violationOf(seed, actions);
    if (violation == null) {
      return;
    }
    List<NodeAction> shortest = shrunk(seed, actions, kind(violation));
    Throwable shortestViolation = violationOf(seed, shortest);
    throw new AssertionError(
        """
        seed %d breaks a promise: %s
        under %s
        again: ./mvnw -o test -Dtest=SeededRunsTest -Dlogroute.seed=%d
        shortest list of actions that does (%s):
        %s"""
            .formatted(
                seed,
                violation,
                NodeConditions.drawn(seed),
                seed,
                shortestViolation,
                shortest.stream()
                    .map(action -> action.kind() + " " + action.seed())
                    .collect(Collectors.joining("\n"))),
        shortestViolation == null ? violation : shortestViolation);
  }

  private static String kind(@Nullable Throwable violation) {
    String text = String.valueOf(violation);
    return text.substring(0, Math.min(text.length(), 60)).replaceAll("\\d", "#");
  }

  /** Leaves out all that can be left out with still the same violation. */
  private static List<NodeAction> shrunk(long seed, List<NodeAction> actions, String kind)
      throws IOException {
    List<NodeAction> left = actions;
    for (int size = left.size() / 2; size > 0; size /= 2) {
      for (int from = 0; from < left.size(); ) {
        List<NodeAction> without = new ArrayList<>(left);
        without.subList(from, Math.min(left.size(), from + size)).clear();
        if (!kind(violationOf(seed, without)).equals(kind)) {
          from += size;
        } else {
          left = without;
        }
      }
    }
    return left;
  }

  private static @Nullable Throwable violationOf(long seed, List<NodeAction> actions)
      throws IOException {
    Path root = Files.createTempDirectory(FOLDERS, "logroute-run-");
    NodeRun run = new NodeRun(root, new Random(seed), NodeConditions.drawn(seed));
    try {
      NodeScript script = new NodeScript(run);
      for (NodeAction action : actions) {
        script.perform(action);
      }
      run.drain();
      run.check();
      return null;
    } catch (RuntimeException | AssertionError | IOException e) {
      return e;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      run.close();
      delete(root);
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
