// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.MemoryCentre.Arrival;
import io.logroute.agent.MemoryCentre.Reading;
import io.logroute.agent.driver.DriverContext;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.kubelet.FakeContainer;
import io.logroute.agent.kubelet.FakeNode;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.Generation;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One agent, life after life, on one fake node, between two centres in memory: route {@code plain}
 * goes to one that takes what comes, route {@code acked} to one that acknowledges. Time passes in
 * slices in which every thread of the agent has a round.
 */
final class NodeRun {

  static final Set<String> ROUTES = Set.of("plain", "acked");

  private static final int SLICE_MS = 50;

  /**
   * What may lie between a settled line and its position on disk: see delivery.md, "one second".
   */
  private static final long POSITION_NANOS = 1_050_000_000L;

  private static final int MAX_DRAIN_SLICES = 6_000;

  private final Path state;
  private final Random random;
  private final NodeConditions conditions;
  private final VirtualClock clock = new VirtualClock();
  private final FakeNode node;
  private final Obligations obligations;
  private final Map<String, MemoryCentre> centres =
      Map.of("plain", new MemoryCentre(false), "acked", new MemoryCentre(true));
  private final Map<FakeContainer, Set<String>> table = new LinkedHashMap<>();
  private final List<MemoryDriver> drivers = new ArrayList<>();
  private final Map<Arrival, Long> settledAt = new IdentityHashMap<>();
  private final Set<Arrival> repeatable = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Arrival> possiblyLost = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<LossLedger.Loss> losses = new ArrayList<>();
  private @Nullable AgentInMemory agent;
  private boolean killed;
  private int life;
  private int address;

  /**
   * @param random decides what a thread's round does, and what inodes are used again
   */
  NodeRun(Path root, Random random) throws IOException {
    this(root, random, NodeConditions.USUAL);
  }

  NodeRun(Path root, Random random, NodeConditions conditions) throws IOException {
    this.state = Files.createDirectories(root.resolve("state"));
    this.random = random;
    this.conditions = conditions;
    this.node = new FakeNode(root, clock::epochNanos, random);
    this.obligations = new Obligations(node, ROUTES, conditions.holdsAll());
  }

  FakeNode node() {
    return node;
  }

  VirtualClock clock() {
    return clock;
  }

  MemoryCentre centre(String route) {
    return Objects.requireNonNull(centres.get(route));
  }

  /** What the agent that runs opened, one for each endpoint. */
  List<MemoryDriver> drivers() {
    return drivers;
  }

  boolean isAgentAlive() {
    return agent != null;
  }

  AgentInMemory agent() {
    if (agent == null) {
      throw new IllegalStateException("no agent runs");
    }
    return agent;
  }

  void startAgent() throws IOException {
    if (agent != null) {
      return;
    }
    life++;
    obligations.forgetAll(clock.nanoTime());
    agent = new AgentInMemory(node.pods(), state, conditions, clock, this::driver);
    agent.setTable(compiled());
  }

  private LogDriver driver(DriverContext context) {
    MemoryDriver driver =
        new MemoryDriver(
            context,
            centre(context.pipeline()),
            random,
            line ->
                new Reading(
                    life,
                    obligations.starts(line.target().instance().folder(), line.target().route())),
            possiblyLost::add,
            arrival -> settledAt.put(arrival, clock.nanoTime()));
    drivers.removeIf(MemoryDriver::isClosed);
    drivers.add(driver);
    return driver;
  }

  /** The agent is gone, and what it had in memory with it. */
  void killAgent() throws IOException {
    AgentInMemory dying = agent;
    if (dying == null) {
      return;
    }
    killed = true;
    excuse(clock.nanoTime() - POSITION_NANOS);
    losses.addAll(dying.losses());
    dying.closeFiles();
    end();
  }

  private void excuse(long notSettledBeforeNanos) {
    for (Arrival arrival : centre("plain").arrived()) {
      if (arrival.reading().life() == life
          && settledAt.getOrDefault(arrival, Long.MAX_VALUE) >= notSettledBeforeNanos) {
        repeatable.add(arrival);
      }
    }
  }

  /** Somebody took the positions away: all that has arrived may arrive again. */
  void excuseAll() {
    repeatable.addAll(centre("plain").arrived());
    obligations.sightings().forgetAll();
  }

  /** The agent ends as on SIGTERM; what a stalled centre does not take within its grace stays. */
  void stopAgent() throws IOException, InterruptedException {
    if (agent != null) {
      agent.stop();
      excuse(Long.MAX_VALUE);
      losses.addAll(agent.losses());
      end();
    }
  }

  private void end() {
    agent = null;
    drivers.clear();
    obligations.forgetAll(clock.nanoTime());
  }

  /** The table decides a container from now on. */
  void decide(FakeContainer container, Set<String> routes) {
    table.put(container, routes);
    tableChanged();
  }

  /** No entry covers the container any more. */
  void leaveUndecided(FakeContainer container) {
    table.remove(container);
    tableChanged();
  }

  /** Both centres are to be found elsewhere from now on. */
  void moveCentres() {
    address++;
    tableChanged();
  }

  private void tableChanged() {
    if (agent != null) {
      agent.setTable(compiled());
    }
  }

  private Conductor.TableInForce compiled() {
    List<Endpoint> endpoints = new ArrayList<>();
    List<Route> routes = new ArrayList<>();
    for (String name : List.of("plain", "acked")) {
      boolean acked = centre(name).acknowledges();
      Delivery delivery = acked ? Delivery.AtLeastOnce : Delivery.AtMostOnce;
      endpoints.add(
          new Endpoint(
              name, List.of("memory" + address), delivery, Socket.PUSH, "three-frame", null, 0));
      routes.add(route(name, acked ? NodeConditions.USUAL : conditions));
    }
    List<NodeRouteTable.Pod> pods = new ArrayList<>();
    table.forEach((container, its) -> pods.add(entry(container, its)));
    NodeRouteTable compiled = new NodeRouteTable("node-1", 1, null, endpoints, routes, pods);
    return new Conductor.TableInForce(
        new RouteDecisions(compiled, Set.of()), List.of("plain", "acked"));
  }

  private static Route route(String name, NodeConditions terms) {
    return new Route(
        name,
        1,
        "zmq",
        terms.backfill(),
        null,
        name,
        NodeRouteTable.Stream.BOTH,
        NodeRouteTable.DEFAULT_MAX_LINE_BYTES,
        terms.rateLimit(),
        terms.options());
  }

  private static NodeRouteTable.Pod entry(FakeContainer container, Set<String> routes) {
    List<NodeRouteTable.Assignment> assignments =
        routes.stream().map(name -> new NodeRouteTable.Assignment(name, "t", "s")).toList();
    return new NodeRouteTable.Pod(
        "ns",
        container.pod(),
        container.uid(),
        routes.isEmpty()
            ? List.of()
            : List.of(new NodeRouteTable.Container("app", null, assignments)));
  }

  /** A round of the conductor that is told of some of the folders that changed, or of none. */
  void conduct() {
    if (agent == null) {
      return;
    }
    Set<Path> changed = node.takeChanged();
    changed.removeIf(folder -> random.nextInt(3) == 0);
    agent.conduct(changed);
    obligations.conducted(new HashMap<>(table), changed, clock.nanoTime());
  }

  /** A round of one pipeline. */
  void pump() {
    if (agent != null) {
      agent.pump(random.nextInt(8));
    }
  }

  /** Time passes, and every thread has its rounds. */
  void pass(long ms) throws InterruptedException {
    for (long left = ms; left > 0; left -= SLICE_MS) {
      clock.advanceMs(Math.min(left, SLICE_MS));
      AgentInMemory running = agent;
      if (running != null) {
        running.pumpAll();
        conduct();
        running.write();
        running.pumpAll();
      }
    }
  }

  /** Everything comes back, all torn records get their rest, and time passes until all is quiet. */
  void drain() throws IOException, InterruptedException {
    for (FakeContainer container : node.containers()) {
      if (!container.isDeleted()) {
        container.kubelet().finish();
        container.completeTorn();
      }
      if (!table.containsKey(container)) {
        table.put(container, ROUTES);
      }
    }
    centres.values().forEach(centre -> centre.setUp(true));
    drivers.forEach(driver -> driver.refuse(null));
    startAgent();
    tableChanged();
    pass(36_000);
    for (int i = 0; i < MAX_DRAIN_SLICES && !isDrained(); i++) {
      pass(SLICE_MS);
    }
    if (!isDrained()) {
      throw new AssertionError("not everything is taken over within minutes: " + described());
    }
    pass(2_500);
  }

  private boolean isDrained() {
    return agent().lagBytes() == 0
        && drivers.stream().allMatch(d -> d.isClosed() || d.pendingLines() == 0);
  }

  private String described() {
    StringBuilder text = new StringBuilder("lag ").append(agent().lagBytes());
    drivers.forEach(driver -> text.append(", pending ").append(driver.pendingLines()));
    for (ContainerState container : agent().containers()) {
      text.append('\n').append(container.log.folder().key());
      for (Generation generation : container.log.generations()) {
        text.append("\n  ")
            .append(generation.name())
            .append(generation.isOpen() ? " open" : " closed")
            .append(generation.isPresent() ? "" : " unlinked")
            .append(", bytes ")
            .append(generation.sizeBytes());
        container.feedsByRoute.forEach(
            (route, feed) -> {
              Progress progress = feed.generations().in(generation);
              text.append(", ").append(route).append(' ');
              text.append(
                  progress == null
                      ? "not met"
                      : progress.read()
                          + " read "
                          + progress.taken()
                          + (progress.isFinished() ? " finished" : ""));
            });
      }
    }
    return text.toString();
  }

  /** Holds all that arrived to what was written, and the agent to its own accounts. */
  void check() {
    losses.addAll(agent().losses());
    for (String route : ROUTES) {
      MemoryCentre centre = centre(route);
      boolean delivers = conditions.delivers(route);
      DeliveryCheck delivered =
          new DeliveryCheck(
              node, obligations, route, centre.acknowledges(), delivers, repeatable, possiblyLost);
      delivered.checkArrived(centre.arrived());
      if (delivers) {
        delivered.checkOwed();
        new LedgerCheck(node, obligations, route, losses, killed).check(delivered::hasArrived);
      }
    }
    for (ContainerState container : agent().containers()) {
      container.feedsByRoute.values().forEach(NodeRun::checkAccount);
      checkReleased(container);
    }
  }

  private static void checkAccount(Feed feed) {
    FeedCount total = feed.account().total();
    long accounted = total.bytes() + feed.account().lostBytes() + feed.lagBytes();
    if (accounted != feed.discoveredBytes()) {
      throw new AssertionError(
          "%s by %s: discovered %d, accounted for %d: sent %d, dropped %d, not selected %d, repeated %d, lost %d, lag %d"
              .formatted(
                  feed.containerLog().folder().key(),
                  feed.route(),
                  feed.discoveredBytes(),
                  accounted,
                  total.sentBytes,
                  total.droppedBytes(),
                  total.notSelectedBytes,
                  total.repeatedBytes,
                  feed.account().lostBytes(),
                  feed.lagBytes()));
    }
  }

  private static void checkReleased(ContainerState container) {
    List<Generation> all = container.log.generations();
    for (Generation generation : all) {
      boolean newest = generation == all.getLast() && !container.log.isGone();
      if (generation.isOpen() && !newest) {
        throw new AssertionError(generation + " is held though everybody has it");
      }
    }
  }

  /** Gives back what the run took. */
  void close() throws IOException {
    if (agent != null) {
      agent.closeFiles();
    }
    for (FakeContainer container : node.containers()) {
      container.close();
    }
  }
}
