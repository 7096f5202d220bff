// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.RateLimit;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What bounds an agent during a run, and what route {@code plain} asks for.
 *
 * @param heldBytes how much of deleted files is held at most
 * @param maxOpenFiles how many log files are open at once at most
 * @param backfill of route {@code plain}
 * @param rateLimit of route {@code plain}
 * @param options of route {@code plain}
 */
record NodeConditions(
    long heldBytes,
    int maxOpenFiles,
    Backfill backfill,
    @Nullable RateLimit rateLimit,
    Map<String, String> options) {

  /** As few as {@link OpenFileLimit} leaves in the worst case. */
  private static final int FEWEST_FILES = 8;

  static final NodeConditions USUAL =
      new NodeConditions(
          AgentOptions.DEFAULT_HELD_BYTES, 1_000, Backfill.Available, null, Map.of());

  /** Half of the runs are without bounds, the others with one or several. */
  static NodeConditions drawn(long seed) {
    Random random = new Random(~seed);
    if (random.nextBoolean()) {
      return USUAL;
    }
    boolean nonBlocking = random.nextInt(3) == 0;
    return new NodeConditions(
        random.nextInt(3) == 0 ? random.nextInt(60_000) : USUAL.heldBytes,
        random.nextInt(3) == 0 ? FEWEST_FILES + random.nextInt(8) : USUAL.maxOpenFiles,
        random.nextInt(4) == 0 ? Backfill.None : Backfill.Available,
        random.nextInt(4) == 0
            ? new RateLimit(1 + random.nextInt(30), 1 + random.nextInt(60))
            : null,
        nonBlocking ? Map.of("mode", "non-blocking", "max-buffer-size", "8k") : Map.of());
  }

  /** Whether a deleted file that nobody could read yet is sure to be held. */
  boolean holdsAll() {
    return heldBytes == USUAL.heldBytes && maxOpenFiles == USUAL.maxOpenFiles;
  }

  /** Whether a route delivers all that it can read. */
  boolean delivers(String route) {
    return !route.equals("plain")
        || (backfill == Backfill.Available && rateLimit == null && options.isEmpty());
  }
}
