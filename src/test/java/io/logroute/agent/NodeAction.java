// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that happens on a node. What exactly is drawn from its own seed, so that a list of
 * actions means the same when others are left out of it.
 */
record NodeAction(Kind kind, long seed) {

  /** What happens, and how often it is drawn. */
  enum Kind {
    LINES(30),
    LONG_LINE(2),
    RECORD_LONGER_THAN_A_BUFFER(1),
    PARTIAL(6),
    TORN(3),
    MALFORMED(2),
    BEGIN_ROTATION(8),
    KUBELET_STEP(25),
    ROTATE(7),
    KUBELET_ENDS(1),
    LATE_WRITE(5),
    CLOSE_OLD(2),
    TRUNCATE(1),
    REMOVE_ROTATED(3),
    RESTART(3),
    NEW_POD(3),
    SHORT_POD(2),
    DELETE_POD(2),
    TABLE(6),
    CENTRE_UP_OR_DOWN(5),
    CUT(3),
    REFUSE(2),
    AGENT_KILLED(3),
    AGENT_STOPPED(2),
    AGENT_STARTED(12),
    CONDUCTOR_ROUND(25),
    PIPELINE_ROUND(40),
    TIME(40),
    LONG_TIME(2);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  private static final int ALL_WEIGHTS =
      List.of(Kind.values()).stream().mapToInt(k -> k.weight).sum();

  /** Actions drawn from a seed. */
  static List<NodeAction> drawn(long seed) {
    Random random = new Random(seed);
    int count = 20 + random.nextInt(160);
    List<NodeAction> actions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      actions.add(new NodeAction(kind(random.nextInt(ALL_WEIGHTS)), random.nextLong()));
    }
    return actions;
  }

  private static Kind kind(int drawn) {
    int left = drawn;
    for (Kind kind : Kind.values()) {
      left -= kind.weight;
      if (left < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("more than all weights");
  }
}
