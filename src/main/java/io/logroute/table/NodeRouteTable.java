// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one node's agent has to do, compiled. Written by the operator, or by hand as a YAML file.
 *
 * @param node the node's name, {@code metadata.name}
 * @param generation of the object, 0 in a hand-written file; goes back as {@code
 *     status.observedGeneration}
 * @param cluster uid of the namespace {@code kube-system}; absent in a hand-written file
 * @param endpoints where lines go; names are unique
 * @param routes what is done with lines; names are unique
 * @param pods which containers take which routes, tried in order, the first that fits decides
 */
public record NodeRouteTable(
    String node,
    long generation,
    @Nullable String cluster,
    List<Endpoint> endpoints,
    List<Route> routes,
    List<Pod> pods) {

  public static final String API_VERSION = "logroute.io/v1alpha1";
  public static final String KIND = "NodeRouteTable";

  /** The driver of a route that names none. */
  public static final String DEFAULT_DRIVER = "zmq";

  /** The length of a logical line above which the rest is cut, when a route names none: 1 MiB. */
  public static final long DEFAULT_MAX_LINE_BYTES = 1 << 20;

  public NodeRouteTable {
    endpoints = List.copyOf(endpoints);
    routes = List.copyOf(routes);
    pods = List.copyOf(pods);
  }

  /** What an endpoint promises: see the table of promises in the documentation. */
  public enum Delivery {
    AtMostOnce,
    AtLeastOnce
  }

  /** The kind of socket that an agent connects, with {@link Delivery#AtMostOnce} only. */
  public enum Socket {
    PUB,
    PUSH
  }

  /** Where a container that was running before its route selected it is read from. */
  public enum Backfill {
    Available,
    None
  }

  /** An output of a container. */
  public enum Stream {
    stdout,
    stderr;

    /** Both, the default of a route. */
    public static final Set<Stream> BOTH = Set.copyOf(EnumSet.allOf(Stream.class));
  }

  /**
   * A central endpoint.
   *
   * @param addresses {@code tcp://host:port}, 1 to 16; the agent keeps to one
   * @param format {@code three-frame} or {@code rainbond-frame}
   * @param curve the name of its keys among the mounted ones; absent: no CURVE
   * @param bytesPerSecond of this node to this endpoint; 0: no limit
   */
  public record Endpoint(
      String name,
      List<String> addresses,
      Delivery delivery,
      Socket socket,
      String format,
      @Nullable String curve,
      long bytesPerSecond) {
    public Endpoint {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * What is done with the lines of a container that takes this route.
   *
   * @param name {@code namespace/name}, or the bare name of a ClusterLogRoute
   * @param generation of the route's object
   * @param driver a registered log driver; absent in a document: {@link #DEFAULT_DRIVER}
   * @param backfill see {@link Backfill}
   * @param since with {@link Backfill#None}: lines with an earlier time stamp are not selected.
   *     Absent: from when the agent first saw the route
   * @param endpoint the name of one of {@link #endpoints}; absent for a driver that takes none
   * @param maxLineBytes of a longer logical line the first bytes are sent
   * @param options log options as in {@code docker run --log-opt}
   */
  public record Route(
      String name,
      long generation,
      String driver,
      Backfill backfill,
      @Nullable Instant since,
      @Nullable String endpoint,
      Set<Stream> streams,
      long maxLineBytes,
      @Nullable RateLimit rateLimit,
      Map<String, String> options) {
    public Route {
      streams = Set.copyOf(streams);
      options = Map.copyOf(options);
    }
  }

  /** Lines a second of one container, by the lines' own time stamps; {@code burst} at once. */
  public record RateLimit(long linesPerSecond, long burst) {}

  /**
   * The decision for a pod. In a hand-written file {@code namespace}, {@code name} and the names of
   * containers may be globs.
   *
   * @param uid the id in the folder's name, the config hash for a static pod; absent: any
   * @param containers empty: decided, not routed
   */
  public record Pod(
      String namespace, String name, @Nullable String uid, List<Container> containers) {
    public Pod {
      containers = List.copyOf(containers);
    }
  }

  /**
   * The routes of a container.
   *
   * @param image for the tag template; absent unless a tag asks for it
   */
  public record Container(String name, @Nullable String image, List<Assignment> routes) {
    public Container {
      routes = List.copyOf(routes);
    }
  }

  /** One route of a container, with the ids that its lines carry. */
  public record Assignment(String route, String tenantId, String serviceId) {}
}
