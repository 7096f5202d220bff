// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.table.TableCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes tables, and only when something changed: a table's revision, a hash of its content, stands
 * beside it in an annotation, so that a restarted operator writes nothing. A table that is too
 * large for the API server is not written: the last good one stays. Thread-safe; for one node one
 * thread writes at a time.
 */
final class Tables {

  static final String REVISION = "logroute.io/revision";
  static final String FIELD_MANAGER = "logroute-operator";

  /**
   * The API server stores no object above 1.5 MiB (etcd's request limit); metadata comes on top.
   */
  static final int MAX_TABLE_BYTES = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final KubernetesClient client;
  private final ClusterCache cache;
  private final TableDelays delays;
  private final TableRequest request;
  private final Map<String, Applied> applied = new ConcurrentHashMap<>();
  private final LongAdder writes = new LongAdder();

  Tables(KubernetesClient client, ClusterCache cache, TableDelays delays) {
    this.client = client;
    this.cache = cache;
    this.delays = delays;
    this.request = new TableRequest(client);
  }

  /**
   * What stands in a node's table.
   *
   * @param owner uid of the LogAgent
   * @param generation of the table that has it
   * @param considered the usable routes that select a container of the node, taken or not, by name
   * @param problems of single pods, by the route's name
   * @param refusedBytes the size of the newest table when it is too large; otherwise 0
   */
  private record Applied(
      String revision,
      String owner,
      long generation,
      Map<String, Considered> considered,
      Map<String, ? extends SortedSet<String>> problems,
      int refusedBytes) {}

  /**
   * A route that was looked at.
   *
   * @param generation of the route
   * @param stands whether it is in the table
   * @param since the first generation of the table that has it so
   */
  private record Considered(long generation, boolean stands, long since) {}

  /** How a node stands to a route. */
  enum Standing {
    /** The agent runs this generation. */
    RUNS,
    /** The agent does not run this generation yet. */
    PENDING,
    /** The node's table would be too large, so that the last good one is there. */
    TOO_LARGE,
    /** This operator has not looked at the node yet. */
    UNKNOWN
  }

  /**
   * Makes a node's table what was compiled.
   *
   * @param considered generations of the usable routes that select a container of the node
   * @param changedAt when a pod changed what is written, for {@link TableDelays}
   * @return the routes for which anything changed
   */
  Set<String> write(
      LogAgent owner, Compiled compiled, Map<String, Long> considered, @Nullable Long changedAt) {
    String node = compiled.table().node();
    byte[] json = TableCodec.writeJson(compiled.table());
    if (json.length > MAX_TABLE_BYTES) {
      return refuse(node, json.length);
    }
    String revision = hash(json);
    String uid = owner.getMetadata().getUid();
    Applied before = known(node);
    long generation =
        before != null && before.revision.equals(revision) && before.owner.equals(uid)
            ? before.generation
            : apply(owner, compiled.table(), revision, changedAt);
    Applied now =
        new Applied(
            revision,
            uid,
            generation,
            considered(compiled, considered, before, generation),
            compiled.problems(),
            0);
    return changed(applied.put(node, now), now);
  }

  /** Routes of which generation, standing or problems differ; all when it is about the table. */
  private static Set<String> changed(@Nullable Applied before, Applied now) {
    Set<String> routes = new TreeSet<>(now.considered.keySet());
    if (before == null || before.refusedBytes != now.refusedBytes) {
      return routes;
    }
    routes.addAll(before.considered.keySet());
    routes.removeIf(
        route ->
            Objects.equals(before.considered.get(route), now.considered.get(route))
                && Objects.equals(before.problems.get(route), now.problems.get(route)));
    return routes;
  }

  private Set<String> refuse(String node, int bytes) {
    Applied before = known(node);
    Applied last = before == null ? new Applied("", "", 0, Map.of(), Map.of(), 0) : before;
    if (last.refusedBytes == 0) {
      LOG.error(
          "NodeRouteTable {}: not written, {} bytes are more than {}: the last good one stays; put"
              + " fewer pods on the node, or use fewer routes",
          node,
          bytes,
          MAX_TABLE_BYTES);
    }
    Applied now =
        new Applied(
            last.revision, last.owner, last.generation, last.considered, last.problems, bytes);
    return changed(applied.put(node, now), now);
  }

  private static Map<String, Considered> considered(
      Compiled compiled,
      Map<String, Long> generations,
      @Nullable Applied before,
      long tableGeneration) {
    Set<String> standing =
        compiled.table().routes().stream().map(route -> route.name()).collect(Collectors.toSet());
    Map<String, Considered> considered = new TreeMap<>();
    generations.forEach(
        (route, generation) -> {
          boolean stands = standing.contains(route);
          Considered last = before == null ? null : before.considered.get(route);
          long since =
              last != null && last.generation == generation && last.stands == stands
                  ? last.since
                  : tableGeneration;
          considered.put(route, new Considered(generation, stands, since));
        });
    return considered;
  }

  /** What stands there as far as is known; absent when it has to be written in any case. */
  private @Nullable Applied known(String node) {
    Applied mine = applied.get(node);
    Optional<NodeRouteTable> cached = cache.table(node);
    if (mine == null) {
      return cached.map(Tables::found).orElse(null);
    }
    boolean changedByOthers = cached.isPresent() && generationOf(cached.get()) > mine.generation;
    return changedByOthers ? null : mine;
  }

  private static Applied found(NodeRouteTable table) {
    Map<String, String> annotations =
        Objects.requireNonNullElse(table.getMetadata().getAnnotations(), Map.of());
    String owner =
        table.getMetadata().getOwnerReferences().stream()
            .findFirst()
            .map(reference -> reference.getUid())
            .orElse("");
    return new Applied(
        annotations.getOrDefault(REVISION, ""), owner, generationOf(table), Map.of(), Map.of(), 0);
  }

  private long apply(
      LogAgent owner,
      io.logroute.table.NodeRouteTable table,
      String revision,
      @Nullable Long changedAt) {
    String body = request.body(owner, table, revision);
    delays.sent(changedAt);
    long generation = request.apply(table.node(), body);
    writes.increment();
    LOG.debug("NodeRouteTable {}: wrote revision {}", table.node(), revision);
    return generation;
  }

  /** Takes a node's table away, when there is one. */
  void remove(String node) {
    if (applied.remove(node) != null || cache.table(node).isPresent()) {
      client.resources(NodeRouteTable.class).withName(node).delete();
      LOG.info("NodeRouteTable {}: removed, no LogAgent covers the node", node);
    }
  }

  /** Somebody else deleted a node's table. */
  void lost(String node) {
    applied.remove(node);
  }

  /** The routes that were looked at for a node's table. */
  SortedSet<String> routesOf(String node) {
    Applied a = applied.get(node);
    return a == null ? new TreeSet<>() : new TreeSet<>(a.considered.keySet());
  }

  /**
   * The routes whose standing on a node an agent's answer may change: those in its table, or with
   * problems there, that came between two generations of it.
   */
  SortedSet<String> cameBetween(String node, long oneGeneration, long otherGeneration) {
    SortedSet<String> routes = new TreeSet<>();
    Applied a = applied.get(node);
    if (a != null) {
      long after = Math.min(oneGeneration, otherGeneration);
      long upTo = Math.max(oneGeneration, otherGeneration);
      a.considered.forEach(
          (route, considered) -> {
            boolean concerned = considered.stands || a.problems.containsKey(route);
            if (concerned && considered.since > after && considered.since <= upTo) {
              routes.add(route);
            }
          });
    }
    return routes;
  }

  /** Whether a node's agent runs a generation of a route, or a later one. */
  Standing standing(String node, String route, long generation) {
    Applied a = applied.get(node);
    if (a == null) {
      return Standing.UNKNOWN;
    }
    if (a.refusedBytes > 0) {
      return Standing.TOO_LARGE;
    }
    Considered considered = a.considered.get(route);
    if (considered == null || considered.generation < generation) {
      return Standing.PENDING;
    }
    return cache
            .table(node)
            .map(NodeRouteTable::getStatus)
            .map(status -> status.observedGeneration())
            .filter(observed -> observed >= considered.since)
            .isPresent()
        ? Standing.RUNS
        : Standing.PENDING;
  }

  /** Whether a node's newest table is too large. */
  boolean isTooLarge(String node) {
    Applied a = applied.get(node);
    return a != null && a.refusedBytes > 0;
  }

  /** The nodes whose newest table is too large. */
  SortedSet<String> tooLarge() {
    SortedSet<String> nodes = new TreeSet<>();
    applied.forEach(
        (node, a) -> {
          if (a.refusedBytes > 0) {
            nodes.add(node);
          }
        });
    return nodes;
  }

  /** What is wrong with pods of a route on a node. */
  SortedSet<String> problemsOf(String node, String route) {
    Applied a = applied.get(node);
    SortedSet<String> problems = a == null ? null : a.problems.get(route);
    return problems == null ? new TreeSet<>() : problems;
  }

  /** Tables written since the start. */
  long writes() {
    return writes.sum();
  }

  private static long generationOf(NodeRouteTable table) {
    return Objects.requireNonNullElse(table.getMetadata().getGeneration(), 0L);
  }

  private static String hash(byte[] json) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
