// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.kubelet.FakeContainer;
import io.logroute.agent.kubelet.WrittenFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What an agent had seen for so long that it stood in its positions: of that a later life tells
 * what it cannot deliver any more. Worked out without looking into the agent.
 */
final class Sightings {

  /** Positions are written every second, and a look at the folders may be a second old. */
  private static final long LASTING_NANOS = 2_100_000_000L;

  private record Sight(long bytes, long atNanos) {}

  private record Wanted(WrittenFile file, String route) {}

  private final Map<WrittenFile, Sight> fresh = new HashMap<>();
  private final Map<Wanted, Long> lasting = new HashMap<>();

  /** An agent's life ended. */
  void forgetFresh() {
    fresh.clear();
  }

  /** A sweep saw a file that has a name. */
  void saw(WrittenFile file, long nowNanos) {
    fresh.putIfAbsent(file, new Sight(file.sizeBytes(), nowNanos));
  }

  /**
   * The agent lives, and holds a file.
   *
   * @param routes that want it
   */
  void holds(WrittenFile file, Set<String> routes, long nowNanos) {
    Sight sight = fresh.get(file);
    if (sight != null && nowNanos - sight.atNanos() >= LASTING_NANOS) {
      fresh.remove(file);
      routes.forEach(route -> lasting.merge(new Wanted(file, route), sight.bytes(), Math::max));
    }
  }

  /** A container lost a route: of what it had nothing is told any more. */
  void forget(FakeContainer container, String route) {
    fresh.keySet().removeIf(file -> file.container() == container);
    lasting
        .keySet()
        .removeIf(wanted -> wanted.file.container() == container && wanted.route.equals(route));
  }

  /** Somebody took the positions away. */
  void forgetAll() {
    fresh.clear();
    lasting.clear();
  }

  /** So many bytes of a file arrive by a route, or are told as lost. */
  long bytesToAccountFor(WrittenFile file, String route) {
    return lasting.getOrDefault(new Wanted(file, route), 0L);
  }
}
