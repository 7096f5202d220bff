// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.checkpoint;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far each container's log was taken over by each route. Within a generation there is a
 * position for each stream, since an open partial line of one holds back only that one.
 *
 * @param containers by {@code <namespace>_<pod>_<uid>/<container>}
 * @param routesSeenEpochNanos when the agent first saw a route, by its name
 */
public record Positions(Map<String, Container> containers, Map<String, Long> routesSeenEpochNanos) {

  public static final Positions NONE = new Positions(Map.of(), Map.of());

  public Positions {
    containers = Map.copyOf(containers);
    routesSeenEpochNanos = Map.copyOf(routesSeenEpochNanos);
  }

  /**
   * A container's positions.
   *
   * @param ids the ids that its instances' tags show, by restart
   * @param sinceEpochNanos by route: earlier lines are not selected
   * @param offsets by {@link Key}
   * @param sizes how many bytes a generation had that somebody wants, or may want once it is
   *     decided: what is gone at the next start is known by it
   */
  public record Container(
      Map<Integer, String> ids,
      Map<String, Long> sinceEpochNanos,
      Map<Key, Offsets> offsets,
      Map<Written, Long> sizes) {
    public Container {
      ids = Map.copyOf(ids);
      sinceEpochNanos = Map.copyOf(sinceEpochNanos);
      offsets = Map.copyOf(offsets);
      sizes = Map.copyOf(sizes);
    }

    /** Without sizes. */
    public Container(
        Map<Integer, String> ids, Map<String, Long> sinceEpochNanos, Map<Key, Offsets> offsets) {
      this(ids, sinceEpochNanos, offsets, Map.of());
    }
  }

  /**
   * One generation of a container.
   *
   * @param head the hash of its first record
   */
  public record Written(int restart, long head) {}

  /**
   * One generation of a container, for one route.
   *
   * @param head the hash of its first record
   */
  public record Key(int restart, long head, String route) {}

  /**
   * Bytes of the uncompressed generation, for each stream the start of the first record that was
   * not taken over.
   */
  public record Offsets(long stdout, long stderr) {}

  /** The positions of a container; null when there are none. */
  public @Nullable Container container(String key) {
    return containers.get(key);
  }
}
