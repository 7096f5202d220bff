// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static final List<String> LINES =
      IntStream.rangeClosed(1, 20).mapToObj(i -> "line " + i).toList();

  @Test
  void shouldBeGoodWhenEveryLineArrivedOnceAndInOrder() {
    Verdict verdict = verdict(LINES, LINES, 20);

    assertThat(verdict.isGood()).isTrue();
    assertThat(verdict.report()).containsExactly("demo: written 20 lines = received 20 lines");
  }

  @Test
  void shouldNameTheContainerAndTheLinesThatWereLost() {
    List<String> received = new ArrayList<>(LINES);
    received.removeAll(List.of("line 2", "line 3", "line 4", "line 9", "line 20"));

    Verdict verdict = verdict(LINES, received, 15);

    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.report())
        .containsExactly(
            "demo: shop/web/app#0 stdout (t1/web, tag 0123456789ab): written 20, received 15,"
                + " lost 5: line 2-4, 9, 20",
            "demo: written 20 lines, received 15 lines");
  }

  @Test
  void shouldSeeRepeatsThoughNoLineIsMissing() {
    List<String> received = new ArrayList<>(LINES);
    received.add("line 20");

    assertThat(verdict(LINES, received, 21).report().getFirst())
        .endsWith("written 20, received 21, repeated or changed 1");
  }

  @Test
  void shouldSeeAChangedLineThoughTheCountsAreEqual() {
    List<String> received = new ArrayList<>(LINES);
    received.set(4, "line five");

    assertThat(verdict(LINES, received, 20).report().getFirst())
        .endsWith("written 20, received 20, lost 1: line 5, repeated or changed 1");
  }

  @Test
  void shouldSeeAnotherOrder() {
    List<String> received = new ArrayList<>(LINES);
    Collections.swap(received, 3, 4);

    assertThat(verdict(LINES, received, 20).report().getFirst())
        .endsWith("written 20, received 20, in another order");
  }

  @Test
  void shouldSeeLinesThatBelongToNoContainer() {
    Verdict verdict = verdict(LINES, LINES, 23);

    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.report()).contains("demo: 3 lines arrived that belong to no container");
  }

  @Test
  void shouldTellEqualLinesApartByTheirNumber() {
    assertThat(verdict(List.of("", "", "a", ""), List.of("", "a", ""), 3).report().getFirst())
        .contains("lost 1: line 4");
  }

  @Test
  void shouldAgreeWithListsWhateverArrives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 2000; run++) {
      List<String> written = random(random);
      List<String> received = random.nextInt(3) == 0 ? written : random(random);

      Verdict verdict = verdict(written, received, received.size());

      assertThat(verdict.isGood()).as("seed %d", seed).isEqualTo(written.equals(received));
    }
  }

  private static List<String> random(Random random) {
    return IntStream.range(0, random.nextInt(5)).mapToObj(i -> "" + random.nextInt(3)).toList();
  }

  private static Verdict verdict(List<String> written, List<String> received, long total) {
    WrittenLog log =
        new WrittenLog("shop/web/app#0 stdout", "t1", "web", "0123456789ab", sequence(written));
    return Verdict.of(List.of(new Verdict.Pair(log, sequence(received))), total);
  }

  private static LineSequence sequence(List<String> lines) {
    LineSequence sequence = new LineSequence();
    lines.forEach(line -> sequence.add(line.getBytes(UTF_8)));
    return sequence;
  }
}
