// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.ContainerLinks;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ids of container instances. A kubelet makes the link that names the id only after the
 * container has started, so one that is not there is waited for; then the pod's uid stands in, and
 * the choice holds for that instance. Any thread may ask.
 */
final class ContainerIds {

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ContainerLinks links;
  private final AgentClock clock;
  private final Map<String, Map<Integer, String>> known = new HashMap<>();
  private final Map<String, Map<Integer, Long>> waitingSinceNanos = new HashMap<>();
  private Map<String, String> linked = Map.of();
  private long lookedNanos;

  ContainerIds(ContainerLinks links, AgentClock clock) {
    this.links = links;
    this.clock = clock;
    this.lookedNanos = clock.nanoTime() - LOOK_NANOS;
  }

  /**
   * The id of an instance.
   *
   * @param isNewest whether it is the container's newest: for an older one no link will come
   * @return null while it is worth waiting for
   */
  synchronized @Nullable String idOf(ContainerFolder folder, int restart, boolean isNewest) {
    Map<Integer, String> ids = known.computeIfAbsent(folder.key(), unused -> new HashMap<>());
    String id = ids.get(restart);
    if (id == null) {
      id = look(folder, restart, isNewest);
      if (id != null) {
        ids.put(restart, id);
      }
    }
    return id;
  }

  private @Nullable String look(ContainerFolder folder, int restart, boolean isNewest) {
    long now = clock.nanoTime();
    if (now - lookedNanos >= LOOK_NANOS) {
      linked = links.idsByLogFile();
      lookedNanos = now;
    }
    String id = linked.get(folder.key() + "/" + restart + ".log");
    long since =
        waitingSinceNanos
            .computeIfAbsent(folder.key(), unused -> new HashMap<>())
            .computeIfAbsent(restart, unused -> now);
    if (id == null && (!isNewest || now - since > WAIT_NANOS)) {
      String uid = folder.uid().replace("-", "");
      return uid.substring(0, Math.min(ContainerLinks.SHORT_ID_LENGTH, uid.length()));
    }
    return id;
  }

  /** The ids of a container's instances, by restart. */
  synchronized Map<Integer, String> of(String containerKey) {
    return Map.copyOf(known.getOrDefault(containerKey, Map.of()));
  }

  /** Takes up the choices of an earlier life. */
  synchronized void restore(String containerKey, Map<Integer, String> ids) {
    known.put(containerKey, new HashMap<>(ids));
  }

  synchronized void forget(String containerKey) {
    known.remove(containerKey);
    waitingSinceNanos.remove(containerKey);
  }
}
