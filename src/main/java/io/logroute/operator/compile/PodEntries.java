// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The entries of the pods of all nodes as they were compiled last. An entry is taken again as long
 * as the very facts that it was made from are asked about, so that a new pod costs its node one
 * entry and not those of thirty neighbours. Thread-safe; a node's are asked for by one thread at a
 * time.
 */
public final class PodEntries {

  private final Map<String, Map<PodFacts, Known>> byNode = new ConcurrentHashMap<>();

  /** An entry, and beside the pod what it was made from. */
  private record Known(NamespaceFacts namespace, List<RouteVerdict> candidates, PodEntry entry) {

    boolean isFrom(NamespaceFacts otherNamespace, List<RouteVerdict> others) {
      if (namespace != otherNamespace || candidates.size() != others.size()) {
        return false;
      }
      for (int i = 0; i < others.size(); i++) {
        if (candidates.get(i) != others.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  PodEntry of(String node, PodFacts pod, NamespaceFacts namespace, List<RouteVerdict> candidates) {
    Map<PodFacts, Known> ofNode = byNode.computeIfAbsent(node, name -> new IdentityHashMap<>());
    Known known = ofNode.get(pod);
    if (known != null && known.isFrom(namespace, candidates)) {
      return known.entry;
    }
    PodEntry entry = PodEntry.of(pod, namespace, candidates);
    ofNode.put(pod, new Known(namespace, candidates, entry));
    return entry;
  }

  /** A node has these pods and no others. */
  void keepOnly(String node, Collection<PodFacts> pods) {
    Map<PodFacts, Known> ofNode = byNode.get(node);
    if (ofNode != null) {
      Set<PodFacts> kept = Collections.newSetFromMap(new IdentityHashMap<>());
      kept.addAll(pods);
      ofNode.keySet().removeIf(pod -> !kept.contains(pod));
    }
  }

  /** A node is gone, or has no table any more. */
  public void forget(String node) {
    byNode.remove(node);
  }
}
