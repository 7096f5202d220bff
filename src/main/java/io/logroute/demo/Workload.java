// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Socket;
import io.logroute.table.NodeRouteTable.Stream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The pods of the demo: who they are, what they write, and the table that says where it goes. Each
 * stream of a container goes to a service of its own, since order is promised for a stream. Used by
 * one thread.
 */
final class Workload {

  private static final int TAG_CHARS = 12;
  private static final int ERRORS_IN = 20;

  private final Random random;
  private final WriteLedger ledger;
  private final List<Member> members;
  private final Member crashing;
  private final ContainerModel unrouted;
  private final int totalWeight;
  private long number;

  Workload(NodeModel node, Random random, WriteLedger ledger) throws IOException {
    this.random = random;
    this.ledger = ledger;
    PodModel cart = node.pod("shop", "cart-5d4b8c-m7x2p");
    this.crashing = member(node.pod("billing", "payments-1"), "app", "globex", "payments", 5);
    this.members =
        List.of(
            member(node.pod("shop", "web-7c9f6d-x2x4k"), "nginx", "acme", "web", 45),
            member(cart, "app", "acme", "cart", 20),
            member(cart, "proxy", "acme", "cart-proxy", 15),
            member(node.pod("billing", "invoices-0"), "app", "globex", "invoices", 15),
            crashing);
    this.totalWeight = members.stream().mapToInt(Member::weight).sum();
    this.unrouted = node.pod("kube-system", "node-agent-9k2lw").container("agent");
    unrouted.start();
    for (Member member : members) {
      start(member);
    }
  }

  private static final class Member {
    private final ContainerModel container;
    private final LineText text;
    private final String tenantId;
    private final String serviceId;
    private final int weight;
    private final Map<Stream, WrittenLog> logs = new EnumMap<>(Stream.class);

    Member(ContainerModel container, LineText text, String tenantId, String serviceId, int weight) {
      this.container = container;
      this.text = text;
      this.tenantId = tenantId;
      this.serviceId = serviceId;
      this.weight = weight;
    }

    int weight() {
      return weight;
    }

    String serviceId(Stream stream) {
      return stream == Stream.stdout ? serviceId : serviceId + "-errors";
    }

    private WrittenLog log(Stream stream) {
      WrittenLog log = logs.get(stream);
      if (log == null) {
        throw new IllegalStateException("container " + container.name() + " is not started");
      }
      return log;
    }
  }

  private static Member member(
      PodModel pod, String container, String tenantId, String serviceId, int weight) {
    LineText text =
        switch (serviceId) {
          case "web", "cart-proxy" -> LineText.ACCESS;
          case "invoices" -> LineText.DOCUMENT;
          default -> LineText.APPLICATION;
        };
    return new Member(pod.container(container), text, tenantId, serviceId, weight);
  }

  private void start(Member member) throws IOException {
    ContainerModel container = member.container;
    container.start();
    for (Stream stream : Stream.values()) {
      String origin =
          "%s/%s/%s#%d %s"
              .formatted(
                  container.pod().namespace(),
                  container.pod().name(),
                  container.name(),
                  container.restart(),
                  stream);
      String tag = container.id().substring(0, TAG_CHARS);
      member.logs.put(stream, ledger.begin(origin, member.tenantId, member.serviceId(stream), tag));
    }
  }

  /** Lines written so far that have to arrive. */
  long lines() {
    return number;
  }

  /** Writes one line more, of any container. */
  void writeLine() throws IOException {
    Member member = pick();
    Stream stream = random.nextInt(ERRORS_IN) == 0 ? Stream.stderr : Stream.stdout;
    byte[] line = member.text.next(random, ++number);
    member.container.line(stream, line);
    ledger.written(member.log(stream), line);
    if (number % ERRORS_IN == 0) {
      unrouted.line(Stream.stdout, "no route selects this".getBytes(UTF_8));
    }
  }

  private Member pick() {
    int at = random.nextInt(totalWeight);
    for (Member member : members) {
      at -= member.weight;
      if (at < 0) {
        return member;
      }
    }
    return crashing;
  }

  /** One container crashes within a line, and is started again at once. */
  void crash() throws IOException {
    byte[] line = "panic: runtime error: index out of r".getBytes(UTF_8);
    crashing.container.unfinished(Stream.stderr, line);
    ledger.written(crashing.log(Stream.stderr), line);
    number++;
    start(crashing);
  }

  /** How often the crashing container was started again. */
  int restarts() {
    return crashing.container.restart();
  }

  /** The kubelet looks at every log. */
  void checkSizes() throws IOException {
    for (Member member : members) {
      member.container.checkSize();
    }
    unrouted.checkSize();
  }

  /** All containers end; their files stay. */
  void stop() throws IOException {
    for (Member member : members) {
      member.container.exit();
    }
    unrouted.exit();
  }

  /** Where the lines go: everything to one endpoint, decided for every pod. */
  NodeRouteTable table(String address) {
    Endpoint central =
        new Endpoint(
            "central", List.of(address), Delivery.AtMostOnce, Socket.PUB, "three-frame", null, 0);
    List<Pod> pods = new ArrayList<>();
    for (Member member : members) {
      pods.add(pod(member));
    }
    pods.add(new Pod("*", "*", null, List.of()));
    return new NodeRouteTable(
        "demo",
        0,
        null,
        List.of(central),
        List.of(route(Stream.stdout), route(Stream.stderr)),
        merged(pods));
  }

  private static Route route(Stream stream) {
    return new Route(
        "demo/" + stream,
        1,
        "zmq",
        Backfill.Available,
        null,
        "central",
        Set.of(stream),
        NodeRouteTable.DEFAULT_MAX_LINE_BYTES,
        null,
        Map.of());
  }

  private static Pod pod(Member member) {
    List<Assignment> routes = new ArrayList<>();
    for (Stream stream : Stream.values()) {
      routes.add(new Assignment("demo/" + stream, member.tenantId, member.serviceId(stream)));
    }
    PodModel pod = member.container.pod();
    return new Pod(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        List.of(new Container(member.container.name(), null, routes)));
  }

  /** Entries are tried in order and the first decides, so a pod has one entry. */
  private static List<Pod> merged(List<Pod> pods) {
    List<Pod> merged = new ArrayList<>();
    for (Pod pod : pods) {
      Pod last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && pod.uid() != null && pod.uid().equals(last.uid())) {
        List<Container> containers = new ArrayList<>(last.containers());
        containers.addAll(pod.containers());
        merged.set(merged.size() - 1, new Pod(pod.namespace(), pod.name(), pod.uid(), containers));
      } else {
        merged.add(pod);
      }
    }
    return merged;
  }
}
