// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlowLaneTest {

  private static final List<String> MANY = nodes(SlowLane.AT_ONCE + 8);

  private final List<String> woken = Collections.synchronizedList(new ArrayList<>());
  private long nowNanos = Long.MAX_VALUE - 5;
  private final SlowLane lane = new SlowLane(woken::add, () -> nowNanos);

  @Test
  void shouldWakeAFewAtOnceAndManyOneAfterTheOther() {
    List<String> few = nodes(SlowLane.AT_ONCE);

    lane.wake(few);
    assertThat(woken).isEqualTo(few);
    woken.clear();

    lane.wake(MANY);
    assertThat(woken).isEmpty();
    assertThat(lane.waiting()).isEqualTo(MANY.size());

    for (String node : MANY) {
      lane.next();
      lane.looked(node);
    }
    assertThat(woken).isEqualTo(MANY);
    assertThat(lane.waiting()).isZero();
    lane.next();
    assertThat(woken).hasSameSizeAs(MANY);
  }

  @Test
  void shouldWaitForTheTableAndRestAsLongAsItTook() {
    lane.wake(MANY);
    lane.next();
    assertThat(woken).containsExactly("node-0");

    pass(300);
    lane.next();
    lane.looked("node-9");
    lane.next();
    assertThat(woken).as("node-0's table is not written yet").containsExactly("node-0");

    lane.looked("node-0");
    pass(299);
    lane.next();
    assertThat(woken).as("it took 300 ms").containsExactly("node-0");

    pass(1);
    lane.next();
    assertThat(woken).containsExactly("node-0", "node-1");
  }

  @Test
  void shouldNotWaitForeverForANodeThatNobodyLooksAt() {
    lane.wake(MANY);
    lane.next();

    pass(SlowLane.PATIENCE.toMillis() - 1);
    lane.next();
    assertThat(woken).containsExactly("node-0");

    pass(1);
    lane.next();
    assertThat(woken).containsExactly("node-0", "node-1");

    lane.looked("node-0");
    lane.next();
    assertThat(woken).as("node-0 came late, node-1 is on its way").hasSize(2);
  }

  @Test
  void shouldWakeANodeThatWaitsAlreadyOnceAndOneThatWasWokenAgain() {
    lane.wake(MANY);
    lane.wake(MANY);
    assertThat(lane.waiting()).isEqualTo(MANY.size());

    lane.next();
    lane.wake(MANY);

    assertThat(lane.waiting()).as("its table may be compiled already").isEqualTo(MANY.size());
  }

  @Test
  void shouldGoOnByItself() {
    try (SlowLane running = new SlowLane(woken::add, System::nanoTime)) {
      running.start();
      running.wake(MANY);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                List.copyOf(woken).forEach(running::looked);
                return running.waiting() == 0;
              });
      assertThat(woken).isEqualTo(MANY);
    }
  }

  private void pass(long ms) {
    nowNanos += Duration.ofMillis(ms).toNanos();
  }

  private static List<String> nodes(int count) {
    return IntStream.range(0, count).mapToObj(i -> "node-" + i).toList();
  }
}
