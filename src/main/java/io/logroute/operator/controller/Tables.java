// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.table.TableCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes tables, and only when something changed: a table's revision, a hash of its content, stands
 * beside it in an annotation, so that a restarted operator writes nothing. Thread-safe; for one
 * node one thread writes at a time.
 */
final class Tables {

  static final String REVISION = "logroute.io/revision";
  static final String FIELD_MANAGER = "logroute-operator";

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final KubernetesClient client;
  private final ClusterCache cache;
  private final Map<String, Applied> applied = new ConcurrentHashMap<>();
  private final LongAdder writes = new LongAdder();

  Tables(KubernetesClient client, ClusterCache cache) {
    this.client = client;
    this.cache = cache;
  }

  /**
   * What stands in a node's table.
   *
   * @param owner uid of the LogAgent
   * @param generation of the table that has it
   * @param considered generations of the routes that were looked at, selected or not, by name
   * @param problems of single pods, by the route's name
   */
  private record Applied(
      String revision,
      String owner,
      long generation,
      Map<String, Long> considered,
      Map<String, ? extends SortedSet<String>> problems) {}

  /**
   * Makes a node's table what was compiled.
   *
   * @param considered generations of all routes that were looked at, by name
   * @return whether anything changed for a route
   */
  boolean write(LogAgent owner, Compiled compiled, Map<String, Long> considered) {
    String node = compiled.table().node();
    byte[] json = TableCodec.writeJson(compiled.table());
    String revision = hash(json);
    String uid = owner.getMetadata().getUid();
    Applied before = known(node);
    long generation =
        before != null && before.revision.equals(revision) && before.owner.equals(uid)
            ? before.generation
            : apply(owner, node, json, revision);
    Applied now = new Applied(revision, uid, generation, considered, compiled.problems());
    return !now.equals(applied.put(node, now));
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
        annotations.getOrDefault(REVISION, ""), owner, generationOf(table), Map.of(), Map.of());
  }

  private long apply(LogAgent owner, String node, byte[] json, String revision) {
    NodeRouteTable table =
        client
            .getKubernetesSerialization()
            .unmarshal(new String(json, StandardCharsets.UTF_8), NodeRouteTable.class);
    table.getMetadata().setGeneration(null);
    table.getMetadata().setAnnotations(Map.of(REVISION, revision));
    table.addOwnerReference(
        new OwnerReferenceBuilder()
            .withApiVersion(owner.getApiVersion())
            .withKind(owner.getKind())
            .withName(owner.getMetadata().getName())
            .withUid(owner.getMetadata().getUid())
            .withController(true)
            .withBlockOwnerDeletion(false)
            .build());
    NodeRouteTable written =
        client.resource(table).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
    writes.increment();
    LOG.debug("table {}: wrote revision {}", node, revision);
    return generationOf(written);
  }

  /** Takes a node's table away, when there is one. */
  void remove(String node) {
    if (applied.remove(node) != null || cache.table(node).isPresent()) {
      client.resources(NodeRouteTable.class).withName(node).delete();
      LOG.info("table {}: removed, no LogAgent covers the node", node);
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

  /** Whether a node's agent runs a generation of a route, or a later one. */
  boolean runs(String node, String route, long generation) {
    Applied a = applied.get(node);
    if (a == null || a.considered.getOrDefault(route, -1L) < generation) {
      return false;
    }
    return cache
        .table(node)
        .map(NodeRouteTable::getStatus)
        .map(status -> status.observedGeneration())
        .filter(observed -> observed >= a.generation)
        .isPresent();
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
