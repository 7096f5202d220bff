// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.LossReason;
import io.logroute.agent.tail.OpenBudget;
import io.logroute.table.NodeRouteTable.Backfill;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that knows what is on the node and what the table wants of it: it sweeps the folders
 * ({@link NodeSweep}), gives each routed container its feeds, lets go of what everybody has taken
 * over, and collects positions once a second.
 *
 * <p>Order at a crash: positions are written after the endpoint took lines over, and a generation
 * is let go after that, so what is on disk is read again rather than skipped.
 */
final class Conductor {

  private static final Logger log = LoggerFactory.getLogger(Conductor.class);

  private static final long CHECKPOINT_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long POLL_MS = 100;
  private static final long RESTING_POLL_MS = 1_000;
  private static final long LEAST_LINE_BYTES = 2L << 20;
  private static final long MOST_LINE_BYTES = 64L << 20;
  private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final FolderEvents watch;
  private final ContainerIds ids;
  private final AgentPipelines pipelines;
  private final Checkpointer checkpointer;
  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final LossLedger ledger;
  private final LineMemory lineMemory = new LineMemory(maxLineMemoryBytes());
  private final NodeSweep sweep;
  private final OpenBudget budget;
  private final OpenFileTurns turns;
  private final long heldBytes;
  private final Feed.TargetSource targets;
  private final long graceMs;
  private final Map<Path, ContainerState> containers = new ConcurrentHashMap<>();
  private final Map<String, Long> routesSeen = new HashMap<>();
  private final Thread thread;

  private @Nullable RouteDecisions decisions;
  private volatile @Nullable TableInForce wanted;
  private volatile boolean stopping;
  private volatile long beatNanos;
  private long checkpointNanos;
  private @Nullable TableInForce inForce;
  private String roundFailure = "";

  /** What the checkpointer was given last; the same again while nothing has moved. */
  private Positions offered = Positions.NONE;

  private int waitingFiles;
  private long turnNanos;

  /**
   * A table that is to be run.
   *
   * @param routeNames the names of its routes
   */
  record TableInForce(RouteDecisions decisions, List<String> routeNames) {}

  Conductor(
      AgentOptions options,
      FolderEvents watch,
      ContainerIds ids,
      AgentPipelines pipelines,
      Checkpointer checkpointer,
      AgentMetrics metrics,
      AgentClock clock,
      Feed.TargetSource targets,
      Positions restored) {
    this.graceMs = options.graceMs();
    this.watch = watch;
    this.ids = ids;
    this.pipelines = pipelines;
    this.checkpointer = checkpointer;
    this.metrics = metrics;
    this.clock = clock;
    this.ledger = new LossLedger(metrics, clock);
    this.budget = new OpenBudget(options.maxOpenFiles());
    this.turns = new OpenFileTurns(budget, clock);
    this.heldBytes = options.heldBytes();
    this.beatNanos = clock.nanoTime();
    this.checkpointNanos = beatNanos;
    this.targets = targets;
    this.sweep =
        new NodeSweep(options, watch, ids, restored, budget, ledger, clock, containers, new Gone());
    this.routesSeen.putAll(restored.routesSeenEpochNanos());
    this.thread = Thread.ofPlatform().name("conductor").daemon().unstarted(this::run);
  }

  /** An eighth of the heap, within bounds. */
  private static long maxLineMemoryBytes() {
    return Math.clamp(Runtime.getRuntime().maxMemory() / 8, LEAST_LINE_BYTES, MOST_LINE_BYTES);
  }

  void start() {
    thread.start();
  }

  /** Puts a table in force; it is taken up by the next round. Any thread. */
  void setTable(TableInForce table) {
    wanted = table;
    watch.wake();
  }

  /** Ends the thread; positions are collected once more by {@link #checkpoint} later. */
  void stop() throws InterruptedException {
    stopping = true;
    watch.wake();
    thread.join();
  }

  /** Whether the folders were read once and a table is in force. */
  boolean isReady() {
    return sweep.isDone() && wanted != null;
  }

  long beatNanos() {
    return beatNanos;
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  int maxOpenFiles() {
    return budget.max();
  }

  /** What is lost so far. */
  LossLedger ledger() {
    return ledger;
  }

  /** All containers now; weakly consistent, for reports. */
  Map<Path, ContainerState> containers() {
    return containers;
  }

  private void run() {
    try {
      while (!stopping) {
        FolderEvents.Changes changes = watch.await(sweep.isAllTold() ? RESTING_POLL_MS : POLL_MS);
        try {
          round(changes);
        } catch (RuntimeException e) {
          roundFailed(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      log.error("the conductor has ended, no new file is found any more", e);
    }
  }

  /**
   * One round of the thread.
   *
   * @param changes what events told of the folders
   */
  void round(FolderEvents.Changes changes) {
    long now = clock.nanoTime();
    beatNanos = now;
    boolean sweptAll = sweep.round(changes, now);
    TableInForce next = wanted;
    boolean newTable = next != inForce;
    inForce = next;
    if (newTable && next != null) {
      takeUp(next);
    }
    if (newTable || sweptAll || !changes.entries().isEmpty()) {
      containers.values().forEach(state -> state.guard(() -> decide(state)));
      boundHeld();
      takeTurns(now);
      pipelines.stopUnused(graceMs);
    }
    if (sweptAll || newTable) {
      sweep.rest(now);
    }
    if (waitingFiles > 0 && now - turnNanos >= TURN_NANOS) {
      takeTurns(now);
    }
    if (now - checkpointNanos >= CHECKPOINT_NANOS && sweep.isDone()) {
      checkpointNanos = now;
      checkpoint(true);
    }
  }

  private void roundFailed(RuntimeException e) {
    String what = e.toString();
    if (!what.equals(roundFailure)) {
      log.error("a round of the conductor failed unexpectedly; going on", e);
    }
    roundFailure = what;
  }

  /** What the node does not have any more. */
  private final class Gone implements NodeSweep.Listener {

    @Override
    public void forgotten(ContainerState state, Generation generation) {
      noteLoss(state, generation);
    }

    @Override
    public void gone(ContainerState state) {
      forget(state);
    }
  }

  private void forget(ContainerState state) {
    for (String route : Set.copyOf(state.feedsByRoute.keySet())) {
      removeFeed(state, route);
    }
    ids.forget(state.log.folder().key());
  }

  private void takeUp(TableInForce table) {
    decisions = table.decisions();
    long now = nowEpochNanos();
    table.routeNames().forEach(route -> routesSeen.putIfAbsent(route, now));
    routesSeen.keySet().retainAll(Set.copyOf(table.routeNames()));
  }

  private void decide(ContainerState state) {
    route(state);
    renewFailed(state);
    release(state);
  }

  /** A feed that stumbled begins again where it had got to. */
  private void renewFailed(ContainerState state) {
    List<Feed> due = List.of();
    for (Feed feed : state.feedsByRoute.values()) {
      Feed.Failure failure = feed.failure();
      if (failure != null && clock.nanoTime() - failure.atNanos() >= RENEW_NANOS) {
        due = due.isEmpty() ? new ArrayList<>() : due;
        due.add(feed);
      }
    }
    due.forEach(feed -> feed(state, feed.binding(), true));
  }

  private void route(ContainerState state) {
    RouteDecisions table = decisions;
    if (table == null || table == state.decidedBy) {
      return;
    }
    state.decidedBy = table;
    ContainerFolder folder = state.log.folder();
    Decision decision =
        table.decide(folder.namespace(), folder.pod(), folder.uid(), folder.container());
    if (!(decision instanceof Decision.Decided decided) || decision.equals(state.decision)) {
      return;
    }
    boolean wasRouted = state.isDecided();
    state.decision = decision;
    state.wake(watch);
    setWanted(state, !forwarded(decided).isEmpty());
    Map<String, Binding> bindings = forwarded(decided);
    for (String route : Set.copyOf(state.feedsByRoute.keySet())) {
      if (!bindings.containsKey(route)) {
        removeFeed(state, route);
      }
    }
    bindings.values().forEach(binding -> feed(state, binding, wasRouted));
  }

  private static Map<String, Binding> forwarded(Decision.Decided decided) {
    Map<String, Binding> bindings = new LinkedHashMap<>();
    for (Binding binding : decided.bindings()) {
      if (!binding.route().driver().equals("none")) {
        bindings.put(binding.route().name(), binding);
      }
    }
    return bindings;
  }

  private void setWanted(ContainerState state, boolean wantedNow) {
    if (!wantedNow) {
      state.log.unwant();
    } else if (state.log.want()) {
      sweep.list(state);
    }
  }

  private void feed(ContainerState state, Binding binding, boolean wasRouted) {
    String route = binding.route().name();
    Feed old = state.feedsByRoute.get(route);
    Pipeline pipeline = pipelines.of(binding);
    boolean stays = old != null && old.failure() == null;
    if (old != null && stays && state.pipelinesByRoute.get(route) == pipeline) {
      pipeline.rebind(old, binding);
      return;
    }
    Map<Key, Offsets> starts = ContainerPositions.starts(state, old, wasRouted);
    long since = old != null ? old.sinceEpochNanos() : sinceEpochNanos(state, binding, wasRouted);
    if (old != null) {
      removeFeed(state, route);
    }
    Feed feed =
        new Feed(
            state.log,
            binding,
            since,
            (generation, name) -> ContainerPositions.startOf(starts, generation, name),
            targets,
            metrics,
            ledger,
            lineMemory,
            clock);
    state.feedsByRoute.put(route, feed);
    state.pipelinesByRoute.put(route, pipeline);
    pipeline.add(feed);
  }

  private long sinceEpochNanos(ContainerState state, Binding binding, boolean wasRouted) {
    if (binding.route().backfill() == Backfill.Available) {
      return Long.MIN_VALUE;
    }
    String route = binding.route().name();
    Positions.Container stored = state.stored;
    Long earlier = stored == null ? null : stored.sinceEpochNanos().get(route);
    if (earlier != null) {
      return earlier;
    }
    if (wasRouted) {
      return nowEpochNanos();
    }
    Instant since = binding.route().since();
    return since == null ? routesSeen.getOrDefault(route, nowEpochNanos()) : epochNanos(since);
  }

  private long nowEpochNanos() {
    return epochNanos(clock.now());
  }

  private static long epochNanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  private void removeFeed(ContainerState state, String route) {
    Feed feed = state.feedsByRoute.remove(route);
    Pipeline pipeline = state.pipelinesByRoute.remove(route);
    if (feed != null && pipeline != null) {
      pipeline.remove(feed);
    }
  }

  private void release(ContainerState state) {
    for (Generation generation : state.log.generations()) {
      boolean lingers = generation.isOpen() || (generation.isKept() && generation.isPresent());
      if (lingers && state.isDone(generation)) {
        release(state, generation);
      }
    }
  }

  private void release(ContainerState state, Generation generation) {
    try {
      state.log.release(generation);
    } catch (IOException e) {
      sweep.unreadable(generation.path(), e);
    }
  }

  private void takeTurns(long now) {
    turnNanos = now;
    try {
      waitingFiles = turns.turn(containers.values());
    } catch (IOException e) {
      log.warn("a log file cannot be closed ({})", e.toString());
    }
  }

  private void boundHeld() {
    List<HeldFiles.Held> all = HeldFiles.of(containers.values());
    for (HeldFiles.Held held : HeldFiles.tooManyOpen(all, budget.max() / 4 * 3)) {
      keepAsFarAs(held.state(), held.generation());
    }
    for (HeldFiles.Held held : HeldFiles.tooMany(all, heldBytes)) {
      try {
        LossReason reason = held.decided() ? LossReason.HELD_CAP : LossReason.UNDECIDED;
        held.state().log.giveUp(held.generation(), reason);
      } catch (IOException e) {
        sweep.unreadable(held.generation().path(), e);
      }
    }
  }

  /** Makes copies of a container's deleted files, so that they need not be open. */
  private void keepAsFarAs(ContainerState state, Generation last) {
    long deadlineNanos = System.nanoTime() + KEEP_NANOS;
    for (Generation generation : state.log.generations()) {
      keepIfDeleted(state, generation, deadlineNanos);
      if (generation == last) {
        return;
      }
    }
  }

  /**
   * Keeps what is not taken over of deleted files, for the next life; once the thread has ended.
   *
   * @param deadlineNanos by {@link System#nanoTime}; what is not copied by then is lost with this
   *     process, and in the next one's ledger
   */
  void keepDeleted(long deadlineNanos) {
    for (ContainerState state : containers.values()) {
      for (Generation generation : state.log.generations()) {
        keepIfDeleted(state, generation, deadlineNanos);
      }
    }
  }

  private static void keepIfDeleted(
      ContainerState state, Generation generation, long deadlineNanos) {
    boolean isDeleted = generation.heldUnlinkedBytes() > 0 && !generation.isKept();
    long from = state.startOfWanted(generation);
    if (!isDeleted || from >= generation.sizeBytes()) {
      return;
    }
    try {
      if (!state.log.keep(generation, from, deadlineNanos)) {
        notKept(state, generation, from, "no time was left for it");
      }
    } catch (IOException e) {
      notKept(state, generation, from, e.toString());
    }
  }

  /** Said once for a file, though a running agent tries again with each sweep. */
  private static void notKept(ContainerState state, Generation generation, long from, String why) {
    if (state.toldNotKept.add(generation)) {
      log.error("{}: deleted, and cannot be kept from byte {} on ({})", generation, from, why);
    }
  }

  /** A generation is closed for good: whoever had not read all of it has lost the rest. */
  private void noteLoss(ContainerState state, Generation generation) {
    state.feedsByRoute.forEach(
        (route, feed) -> {
          Pipeline pipeline = state.pipelinesByRoute.get(route);
          if (pipeline != null) {
            pipeline.noteLoss(feed, generation);
          }
        });
    if (!state.isDecided()) {
      long from = state.storedStart(generation);
      LossLedger.Range range =
          LossLedger.Range.of(state.log, generation, from, generation.sizeBytes());
      ledger.enter(range, "", generation.reasonOfLoss());
    }
  }

  /**
   * Collects the positions of all containers and hands them to be written. Before the folders were
   * read for the first time those of the last life stay as they are.
   */
  void checkpoint() {
    checkpoint(false);
  }

  private void checkpoint(boolean restingAsListed) {
    if (!sweep.isDone()) {
      return;
    }
    int known = 0;
    boolean same = routesSeen.equals(offered.routesSeenEpochNanos());
    for (ContainerState state : containers.values()) {
      state.guard(() -> collect(state, restingAsListed));
      Positions.Container positions = state.newestPositions();
      same &= positions == offered.container(state.key);
      known += positions == null ? 0 : 1;
    }
    if (!same || known != offered.containers().size()) {
      offered = newestPositions();
    }
    checkpointer.offer(offered);
  }

  private Positions newestPositions() {
    Map<String, Positions.Container> newest = new HashMap<>();
    for (ContainerState state : containers.values()) {
      Positions.Container positions = state.newestPositions();
      if (positions != null) {
        newest.put(state.key, positions);
      }
    }
    return new Positions(newest, routesSeen);
  }

  private void collect(ContainerState state, boolean restingAsListed) {
    long stamp = state.positionsStamp(restingAsListed && state.log.areWritesTold());
    if (state.collected == null || stamp != state.collectedStamp) {
      state.collected = ContainerPositions.of(state, ids.of(state.key));
      state.collectedStamp = stamp;
    }
  }
}
