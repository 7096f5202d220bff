// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.LossReason;
import io.logroute.table.NodeRouteTable.Backfill;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that knows what is on the node and what the table wants of it: it sweeps the folders,
 * opens what it finds, gives each routed container its feeds, lets go of what everybody has taken
 * over, and collects positions once a second.
 *
 * <p>Order at a crash: positions are written after the endpoint took lines over, and a generation
 * is let go after that, so what is on disk is read again rather than skipped.
 */
final class Conductor {

  private static final Logger log = LoggerFactory.getLogger(Conductor.class);

  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CHECKPOINT_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long POLL_MS = 50;

  private final Path podsPath;
  private final PodsFolder podsFolder;
  private final FolderEvents watch;
  private final ContainerIds ids;
  private final AgentPipelines pipelines;
  private final Checkpointer checkpointer;
  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final LossLedger ledger;
  private final long heldBytes;
  private final Feed.TargetSource targets;
  private final Positions restored;
  private final long graceMs;
  private final Map<Path, ContainerState> containers = new ConcurrentHashMap<>();
  private final Map<String, Long> routesSeen = new HashMap<>();
  private final Map<Path, String> unreadable = new HashMap<>();
  private final Set<Path> podFolders = new HashSet<>();
  private final Thread thread;

  private @Nullable RouteDecisions decisions;
  private volatile @Nullable TableInForce wanted;
  private volatile boolean stopping;
  private volatile boolean swept;
  private volatile long beatNanos;
  private long sweptNanos;
  private long checkpointNanos;
  private @Nullable TableInForce inForce;
  private boolean podsFolderFailing;

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
    this.podsPath = options.podsFolder();
    this.podsFolder = new PodsFolder(podsPath);
    this.graceMs = options.graceMs();
    this.watch = watch;
    this.ids = ids;
    this.pipelines = pipelines;
    this.checkpointer = checkpointer;
    this.metrics = metrics;
    this.clock = clock;
    this.ledger = new LossLedger(metrics, clock);
    this.heldBytes = options.heldBytes();
    this.beatNanos = clock.nanoTime();
    this.sweptNanos = beatNanos - SWEEP_NANOS;
    this.checkpointNanos = beatNanos;
    this.targets = targets;
    this.restored = restored;
    this.routesSeen.putAll(restored.routesSeenEpochNanos());
    this.thread = Thread.ofPlatform().name("conductor").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Puts a table in force; it is taken up by the next round. Any thread. */
  void setTable(TableInForce table) {
    wanted = table;
  }

  /** Ends the thread; positions are collected once more by {@link #checkpoint} later. */
  void stop() throws InterruptedException {
    stopping = true;
    thread.join();
  }

  /** Whether the folders were read once and a table is in force. */
  boolean isReady() {
    return swept && wanted != null;
  }

  long beatNanos() {
    return beatNanos;
  }

  boolean isAlive() {
    return thread.isAlive();
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
        round(watch.await(POLL_MS));
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
   * @param changed the folders that are known to have got or lost an entry
   */
  void round(Set<Path> changed) {
    long now = clock.nanoTime();
    beatNanos = now;
    boolean sweepAll = now - sweptNanos >= SWEEP_NANOS || changed.stream().anyMatch(this::isPods);
    if (sweepAll) {
      sweepAll();
      sweptNanos = now;
    } else {
      changed.forEach(this::sweepOne);
    }
    TableInForce next = wanted;
    boolean newTable = next != inForce;
    inForce = next;
    if (newTable && next != null) {
      takeUp(next);
    }
    if (newTable || sweepAll || !changed.isEmpty()) {
      containers.values().forEach(this::route);
      release();
      boundHeld();
      pipelines.stopUnused(graceMs);
    }
    if (now - checkpointNanos >= CHECKPOINT_NANOS && swept) {
      checkpointNanos = now;
      checkpoint();
    }
  }

  private boolean isPods(Path folder) {
    return folder.equals(podsPath) || podFolders.contains(folder);
  }

  private void sweepAll() {
    watch.watch(podsPath);
    Set<Path> found = new HashSet<>();
    Set<Path> foundPods = new HashSet<>();
    try {
      for (Path pod : podsFolder.podFolders()) {
        watch.watch(pod);
        foundPods.add(pod);
        sweepPod(pod, found);
      }
      podsFolderFailing = false;
      swept = true;
    } catch (IOException e) {
      if (!podsFolderFailing) {
        log.error("{} cannot be read ({}); trying on", podsPath, e.toString());
      }
      podsFolderFailing = true;
      return;
    }
    forgetGone(found, foundPods);
  }

  private void sweepPod(Path pod, Set<Path> found) {
    try {
      for (ContainerFolder folder : podsFolder.containers(pod)) {
        watch.watch(folder.path());
        found.add(folder.path());
        sweep(containers.computeIfAbsent(folder.path(), unused -> discover(folder)));
      }
    } catch (IOException e) {
      unreadable(pod, e);
      containers.keySet().stream().filter(path -> path.startsWith(pod)).forEach(found::add);
    }
  }

  private void sweepOne(Path folder) {
    ContainerState state = containers.get(folder);
    if (state != null) {
      sweep(state);
    }
  }

  private void sweep(ContainerState state) {
    try {
      state.log.update(PodsFolder.files(state.log.folder().path()));
    } catch (IOException e) {
      unreadable(state.log.folder().path(), e);
    }
  }

  private ContainerState discover(ContainerFolder folder) {
    Positions.Container stored = restored.container(folder.key());
    if (stored != null) {
      ids.restore(folder.key(), stored.ids());
    }
    return new ContainerState(new ContainerLog(folder, new FileTrouble(folder)), stored);
  }

  /** What becomes of files that cannot be read, or are gone. */
  private final class FileTrouble implements ContainerLog.Trouble {
    private final ContainerFolder folder;

    FileTrouble(ContainerFolder folder) {
      this.folder = folder;
    }

    @Override
    public void unreadable(LogFile file, IOException cause) {
      Conductor.this.unreadable(file.path(), cause);
    }

    @Override
    public void vanished(LogFile file) {
      String name = file.name().toString();
      ledger.enter(folder.key(), name, "", 0, file.sizeBytes(), LossReason.ROTATED);
    }

    @Override
    public void forgotten(Generation generation) {
      noteLoss(containers.get(folder.path()), generation);
    }
  }

  private void unreadable(Path path, IOException cause) {
    String what = cause.toString();
    if (!what.equals(unreadable.put(path, what))) {
      log.warn("{} cannot be read ({}); trying on with every sweep", path, what);
    }
  }

  private void forgetGone(Set<Path> found, Set<Path> foundPods) {
    podFolders.stream().filter(pod -> !foundPods.contains(pod)).forEach(watch::forget);
    podFolders.clear();
    podFolders.addAll(foundPods);
    unreadable
        .keySet()
        .removeIf(
            path ->
                !found.contains(path)
                    && !found.contains(path.getParent())
                    && !foundPods.contains(path));
    for (Map.Entry<Path, ContainerState> entry : containers.entrySet()) {
      if (!found.contains(entry.getKey())) {
        watch.forget(entry.getKey());
        entry.getValue().log.setGone();
        if (entry.getValue().log.generations().isEmpty()) {
          forget(entry.getValue());
          containers.remove(entry.getKey());
        }
      }
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
    try {
      state.log.setWanted(wantedNow);
    } catch (IOException e) {
      unreadable(state.log.folder().path(), e);
    }
  }

  private void feed(ContainerState state, Binding binding, boolean wasRouted) {
    String route = binding.route().name();
    Feed old = state.feedsByRoute.get(route);
    Pipeline pipeline = pipelines.of(binding);
    if (old != null && state.pipelinesByRoute.get(route) == pipeline) {
      pipeline.rebind(old, binding);
      return;
    }
    Map<Key, Offsets> starts = starts(state, old, wasRouted);
    long since = old != null ? old.sinceEpochNanos() : sinceEpochNanos(state, binding, wasRouted);
    if (old != null) {
      removeFeed(state, route);
    }
    Feed feed =
        new Feed(
            state.log,
            binding,
            since,
            (generation, name) -> startOf(starts, generation, name),
            targets,
            metrics,
            ledger,
            clock);
    state.feedsByRoute.put(route, feed);
    state.pipelinesByRoute.put(route, pipeline);
    pipeline.add(feed);
  }

  private static Offsets startOf(Map<Key, Offsets> starts, Generation generation, String route) {
    Key key = new Key(generation.restart(), generation.headHash(), route);
    return Objects.requireNonNullElse(starts.get(key), new Offsets(0, 0));
  }

  private static Map<Key, Offsets> starts(
      ContainerState state, @Nullable Feed old, boolean wasRouted) {
    Map<Key, Offsets> starts = new HashMap<>();
    Positions.Container stored = state.stored;
    if (stored != null && !wasRouted) {
      starts.putAll(stored.offsets());
    }
    if (old != null) {
      addOffsets(state, old, starts);
    }
    return starts;
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

  private void release() {
    for (ContainerState state : containers.values()) {
      if (!state.isDecided()) {
        continue;
      }
      for (Generation generation : state.log.generations()) {
        boolean over = generation.isSuperseded() || state.log.isGone();
        if (over && generation.isOpen() && isTakenOver(state, generation)) {
          release(state, generation);
        }
      }
    }
  }

  private static boolean isTakenOver(ContainerState state, Generation generation) {
    for (Feed feed : state.feedsByRoute.values()) {
      Progress progress = feed.generations().in(generation);
      if (progress == null || !progress.isTakenOver()) {
        return false;
      }
    }
    return true;
  }

  private void release(ContainerState state, Generation generation) {
    try {
      state.log.release(generation);
    } catch (IOException e) {
      unreadable(generation.path(), e);
    }
  }

  private void boundHeld() {
    for (HeldFiles.Held held : HeldFiles.tooMany(HeldFiles.of(containers.values()), heldBytes)) {
      try {
        LossReason reason = held.decided() ? LossReason.HELD_CAP : LossReason.UNDECIDED;
        held.state().log.giveUp(held.generation(), reason);
      } catch (IOException e) {
        unreadable(held.generation().path(), e);
      }
    }
  }

  /** A generation is closed for good: whoever had not read all of it has lost the rest. */
  private void noteLoss(@Nullable ContainerState state, Generation generation) {
    LossReason reason = generation.givenUp();
    if (state == null) {
      return;
    }
    state.feedsByRoute.forEach(
        (route, feed) -> {
          Pipeline pipeline = state.pipelinesByRoute.get(route);
          if (pipeline != null) {
            pipeline.noteLoss(feed, generation);
          }
        });
    if (!state.isDecided()) {
      ledger.enter(
          state.log.folder().key(),
          generation.name().toString(),
          "",
          state.storedStart(generation),
          generation.sizeBytes(),
          reason == null ? LossReason.ROTATED : reason);
    }
  }

  /**
   * Collects the positions of all containers and hands them to be written. Before the folders were
   * read for the first time those of the last life stay as they are.
   */
  void checkpoint() {
    if (!swept) {
      return;
    }
    Map<String, Positions.Container> collected = new HashMap<>();
    for (ContainerState state : containers.values()) {
      String key = state.log.folder().key();
      collected.put(key, positionsOf(state, key));
    }
    checkpointer.offer(new Positions(collected, routesSeen));
  }

  private Positions.Container positionsOf(ContainerState state, String key) {
    Map<Key, Offsets> offsets = new HashMap<>();
    Map<String, Long> since = new HashMap<>();
    if (!state.isDecided() && state.stored != null) {
      return state.stored;
    }
    for (Feed feed : state.feedsByRoute.values()) {
      addOffsets(state, feed, offsets);
      if (feed.sinceEpochNanos() != Long.MIN_VALUE) {
        since.put(feed.route(), feed.sinceEpochNanos());
      }
    }
    return new Positions.Container(ids.of(key), since, offsets);
  }

  /** A form that is about to be forgotten tells nothing where another one is there. */
  private static void addOffsets(ContainerState state, Feed feed, Map<Key, Offsets> offsets) {
    for (Generation generation : state.log.generations()) {
      refreshHead(generation);
      if (generation.headHash() != 0) {
        Key key = new Key(generation.restart(), generation.headHash(), feed.route());
        Offsets taken = feed.generations().takenIn(generation);
        if (generation.isOpen() || generation.isPresent()) {
          offsets.put(key, taken);
        } else {
          offsets.putIfAbsent(key, taken);
        }
      }
    }
  }

  private static void refreshHead(Generation generation) {
    try {
      generation.refreshHead();
    } catch (IOException e) {
      log.debug("{}: its first record cannot be read yet", generation, e);
    }
  }
}
