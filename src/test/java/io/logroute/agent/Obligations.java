// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.kubelet.FakeContainer;
import io.logroute.agent.kubelet.FakeNode;
import io.logroute.agent.kubelet.WrittenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent owes, worked out without looking into it: a file that had a name when the folders
 * were swept is held for every route that its container then had, or for all while it was not
 * decided, until the container loses the route or the agent's life ends. What has a name at the end
 * is owed in any case.
 */
final class Obligations {

  private static final long SWEEP_NANOS = 1_000_000_000L;

  private final FakeNode node;
  private final Set<String> allRoutes;
  private final boolean deletedToo;
  private final Map<FakeContainer, Set<String>> decided = new HashMap<>();
  private final Map<FakeContainer, Set<String>> decidedEver = new HashMap<>();
  private final Map<String, Integer> starts = new HashMap<>();
  private final Set<FakeContainer> known = new HashSet<>();
  private final Map<WrittenFile, Set<String>> heldFor = new HashMap<>();
  private final Set<Path> podFolders = new HashSet<>();
  private final Sightings sightings = new Sightings();
  private long sweptNanos;

  /**
   * @param deletedToo whether nothing but routes bounds what is held of deleted files
   */
  Obligations(FakeNode node, Set<String> allRoutes, boolean deletedToo) {
    this.node = node;
    this.allRoutes = allRoutes;
    this.deletedToo = deletedToo;
  }

  /** A new life begins, or the old one ended: nothing is held. */
  void forgetAll(long nowNanos) {
    decided.clear();
    known.clear();
    heldFor.clear();
    podFolders.clear();
    sightings.forgetFresh();
    sweptNanos = nowNanos - SWEEP_NANOS;
  }

  /**
   * The conductor had a round.
   *
   * @param table the routes of each container that the table decides; null: no table yet
   * @param changed the folders that it was told of
   */
  void conducted(
      @Nullable Map<FakeContainer, Set<String>> table, Set<Path> changed, long nowNanos) {
    boolean swept =
        nowNanos - sweptNanos >= SWEEP_NANOS
            || changed.contains(node.pods())
            || changed.stream().anyMatch(podFolders::contains);
    if (swept) {
      sweptNanos = nowNanos;
      podFolders.clear();
      for (FakeContainer container : node.containers()) {
        if (Files.isDirectory(container.folder())) {
          known.add(container);
          podFolders.add(container.podFolder());
        }
      }
    }
    if (table != null) {
      for (Map.Entry<FakeContainer, Set<String>> entry : table.entrySet()) {
        if (known.contains(entry.getKey())) {
          decide(entry.getKey(), entry.getValue());
        } else {
          forgetOthers(entry.getKey(), entry.getValue());
        }
      }
    }
    for (WrittenFile file : node.files()) {
      if (known.contains(file.container())) {
        hold(file, swept, nowNanos);
      }
    }
  }

  /** A container that went with its folder while no agent ran has lost the routes it has not. */
  private void forgetOthers(FakeContainer container, Set<String> routes) {
    for (String route : allRoutes) {
      if (!routes.contains(route)) {
        sightings.forget(container, route);
      }
    }
  }

  private void decide(FakeContainer container, Set<String> routes) {
    decidedEver.put(container, routes);
    Set<String> before = decided.put(container, routes);
    if (routes.equals(before)) {
      return;
    }
    for (String route : allRoutes) {
      if (!routes.contains(route)) {
        starts.merge(container.key() + "|" + route, 1, Integer::sum);
        sightings.forget(container, route);
      }
    }
  }

  private void hold(WrittenFile file, boolean swept, long nowNanos) {
    Set<String> wanted = decided.getOrDefault(file.container(), allRoutes);
    if (file.isOnDisk() && swept) {
      heldFor.put(file, new HashSet<>(wanted));
      sightings.saw(file, nowNanos);
    } else if (heldFor.containsKey(file)) {
      heldFor.get(file).retainAll(wanted);
    }
    Set<String> knownToWant = new HashSet<>(heldFor.getOrDefault(file, Set.of()));
    knownToWant.retainAll(decidedEver.getOrDefault(file.container(), allRoutes));
    sightings.holds(file, knownToWant, nowNanos);
  }

  Sightings sightings() {
    return sightings;
  }

  /** How often a container had lost a route. */
  int starts(String container, String route) {
    return starts.getOrDefault(container + "|" + route, 0);
  }

  /** Whether more than routes bounds what is held. */
  boolean isBounded() {
    return !deletedToo;
  }

  /** Whether the container has the route now. */
  boolean isRouted(FakeContainer container, String route) {
    return decided.getOrDefault(container, Set.of()).contains(route);
  }

  /** Whether all of a file is owed to a route. */
  boolean isOwed(WrittenFile file, String route) {
    return isRouted(file.container(), route)
        && !file.isTruncated()
        && (file.isOnDisk() || (deletedToo && isHeld(file, route)));
  }

  private boolean isHeld(WrittenFile file, String route) {
    return heldFor.getOrDefault(file, Set.of()).contains(route);
  }
}
