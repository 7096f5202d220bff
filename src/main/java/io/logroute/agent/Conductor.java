// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.Positions.Written;
import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.discovery.FolderStamps;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.Decision;
import io.logroute.agent.route.RouteDecisions;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.KeptCopies;
import io.logroute.agent.tail.LossReason;
import io.logroute.agent.tail.OpenBudget;
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
  private static final long POLL_MS = 100;
  private static final long LEAST_LINE_BYTES = 2L << 20;
  private static final long MOST_LINE_BYTES = 64L << 20;
  private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final Positions.Container NOTHING_STORED =
      new Positions.Container(Map.of(), Map.of(), Map.of());

  private final Path podsPath;
  private final PodsFolder podsFolder;
  private final FolderStamps stamps;
  private final FolderEvents watch;
  private final ContainerIds ids;
  private final AgentPipelines pipelines;
  private final Checkpointer checkpointer;
  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final LossLedger ledger;
  private final LineMemory lineMemory = new LineMemory(maxLineMemoryBytes());
  private final KeptCopies copies;
  private final OpenBudget budget;
  private final OpenFileTurns turns;
  private final LossesOfEarlierLife earlierLosses;
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
  private String roundFailure = "";
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
    this.podsPath = options.podsFolder();
    this.graceMs = options.graceMs();
    this.watch = watch;
    this.stamps = new FolderStamps(watch);
    this.podsFolder = new PodsFolder(podsPath, stamps);
    this.ids = ids;
    this.pipelines = pipelines;
    this.checkpointer = checkpointer;
    this.metrics = metrics;
    this.clock = clock;
    this.ledger = new LossLedger(metrics, clock);
    this.copies = new KeptCopies(options.stateFolder());
    this.budget = new OpenBudget(options.maxOpenFiles());
    this.turns = new OpenFileTurns(budget, clock);
    this.heldBytes = options.heldBytes();
    this.beatNanos = clock.nanoTime();
    this.sweptNanos = beatNanos - SWEEP_NANOS;
    this.checkpointNanos = beatNanos;
    this.targets = targets;
    this.restored = restored;
    this.earlierLosses = new LossesOfEarlierLife(restored, ledger);
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
        Set<Path> changed = watch.await(POLL_MS);
        try {
          round(changed);
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
   * @param changed the folders that are known to have got or lost an entry
   */
  void round(Set<Path> changed) {
    long now = clock.nanoTime();
    beatNanos = now;
    changed.forEach(stamps::forget);
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
      containers.values().forEach(state -> guard(state, () -> decide(state)));
      boundHeld();
      takeTurns(now);
      pipelines.stopUnused(graceMs);
    }
    if (waitingFiles > 0 && now - turnNanos >= TURN_NANOS) {
      takeTurns(now);
    }
    if (now - checkpointNanos >= CHECKPOINT_NANOS && swept) {
      checkpointNanos = now;
      checkpoint();
    }
  }

  private void roundFailed(RuntimeException e) {
    String what = e.toString();
    if (!what.equals(roundFailure)) {
      log.error("a round of the conductor failed unexpectedly; going on", e);
    }
    roundFailure = what;
  }

  /** Does something with one container; what nobody expected of it is its problem alone. */
  private static void guard(ContainerState state, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      String what = e.toString();
      if (!what.equals(state.loggedProblem)) {
        log.error("{} cannot be dealt with; trying on", state.log.folder().key(), e);
      }
      state.loggedProblem = what;
      state.problem = what;
    }
  }

  private boolean isPods(Path folder) {
    return folder.equals(podsPath) || podFolders.contains(folder);
  }

  private void sweepAll() {
    if (!swept) {
      discoverKept();
    }
    Set<Path> found = new HashSet<>();
    Set<Path> foundPods = new HashSet<>();
    try {
      long now = clock.nanoTime();
      for (Path pod : podsFolder.podFolders(now)) {
        foundPods.add(pod);
        sweepPod(pod, found, now);
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
    earlierLosses.look(key -> containers.get(podsPath.resolve(key)));
  }

  private void sweepPod(Path pod, Set<Path> found, long nowNanos) {
    try {
      for (ContainerFolder folder : podsFolder.containers(pod, nowNanos)) {
        found.add(folder.path());
        sweep(containers.computeIfAbsent(folder.path(), unused -> discover(folder)), nowNanos);
      }
    } catch (IOException e) {
      unreadable(pod, e);
      containers.keySet().stream().filter(path -> path.startsWith(pod)).forEach(found::add);
    }
  }

  private void sweep(ContainerState state, long nowNanos) {
    boolean changed = stamps.mustList(state.log.folder().path(), nowNanos);
    if (changed || !state.problem.isEmpty() || state.log.needsListing()) {
      sweep(state);
    }
  }

  private void sweepOne(Path folder) {
    ContainerState state = containers.get(folder);
    if (state != null) {
      sweep(state);
    }
  }

  private void sweep(ContainerState state) {
    state.problem = "";
    guard(state, () -> list(state));
  }

  private void list(ContainerState state) {
    try {
      state.log.update(PodsFolder.files(state.log.folder().path()));
    } catch (IOException e) {
      stamps.forget(state.log.folder().path());
      unreadable(state.log.folder().path(), e);
    }
  }

  private ContainerState discover(ContainerFolder folder) {
    Positions.Container stored = restored.container(folder.key());
    if (stored != null) {
      ids.restore(folder.key(), stored.ids());
    }
    ContainerLog containerLog =
        new ContainerLog(folder, copies, budget, clock::now, new FileTrouble(folder));
    try {
      containerLog.adoptKept();
    } catch (IOException e) {
      unreadable(folder.path(), e);
    }
    return new ContainerState(containerLog, stored);
  }

  /** Takes up the containers of which only copies are left. */
  private void discoverKept() {
    try {
      for (ContainerFolder folder : copies.containers(podsPath)) {
        containers.computeIfAbsent(folder.path(), unused -> discover(folder));
      }
    } catch (IOException e) {
      log.error("what was kept of deleted files cannot be read ({})", e.toString());
    }
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
      LossLedger.Range all = new LossLedger.Range(folder.key(), name, 0, 0, file.sizeBytes());
      ledger.enter(all, "", LossReason.ROTATED);
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
        stamps.forget(entry.getKey());
        entry.getValue().log.setGone();
        if (entry.getValue().log.generations().isEmpty() && entry.getValue().isSettled()) {
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

  private void decide(ContainerState state) {
    route(state);
    renewFailed(state);
    release(state);
  }

  /** A feed that stumbled begins again where it had got to. */
  private void renewFailed(ContainerState state) {
    for (Feed feed : List.copyOf(state.feedsByRoute.values())) {
      Feed.Failure failure = feed.failure();
      if (failure != null && clock.nanoTime() - failure.atNanos() >= RENEW_NANOS) {
        feed(state, feed.binding(), true);
      }
    }
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
      if (!wantedNow) {
        state.log.unwant();
      } else if (state.log.want()) {
        state.log.update(PodsFolder.files(state.log.folder().path()));
      }
    } catch (IOException e) {
      unreadable(state.log.folder().path(), e);
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
            lineMemory,
            clock);
    state.feedsByRoute.put(route, feed);
    state.pipelinesByRoute.put(route, pipeline);
    pipeline.add(feed);
  }

  private static Offsets startOf(Map<Key, Offsets> starts, Generation generation, String route) {
    Key key = keyOf(generation, route);
    Offsets start = Objects.requireNonNullElse(starts.get(key), new Offsets(0, 0));
    long first = generation.firstByte();
    return new Offsets(Math.max(first, start.stdout()), Math.max(first, start.stderr()));
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
      unreadable(generation.path(), e);
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
        unreadable(held.generation().path(), e);
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
  private void noteLoss(@Nullable ContainerState state, Generation generation) {
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
    if (!swept) {
      return;
    }
    Map<String, Positions.Container> collected = new HashMap<>();
    for (ContainerState state : containers.values()) {
      String key = state.log.folder().key();
      guard(state, () -> collect(state, key));
      Positions.Container positions = state.collected == null ? state.stored : state.collected;
      if (positions != null) {
        collected.put(key, positions);
      }
    }
    checkpointer.offer(new Positions(collected, routesSeen));
  }

  private void collect(ContainerState state, String key) {
    long stamp = state.positionsStamp();
    if (state.collected == null || stamp != state.collectedStamp) {
      state.collected = positionsOf(state, key);
      state.collectedStamp = stamp;
    }
  }

  private Positions.Container positionsOf(ContainerState state, String key) {
    Map<Key, Offsets> offsets = new HashMap<>();
    Map<String, Long> since = new HashMap<>();
    if (!state.isDecided()) {
      Positions.Container stored = Objects.requireNonNullElse(state.stored, NOTHING_STORED);
      return new Positions.Container(
          stored.ids(), stored.sinceEpochNanos(), stored.offsets(), sizes(state));
    }
    for (Feed feed : state.feedsByRoute.values()) {
      addOffsets(state, feed, offsets);
      if (feed.sinceEpochNanos() != Long.MIN_VALUE) {
        since.put(feed.route(), feed.sinceEpochNanos());
      }
    }
    return new Positions.Container(ids.of(key), since, offsets, sizes(state));
  }

  private static Map<Written, Long> sizes(ContainerState state) {
    Map<Written, Long> sizes = new HashMap<>();
    for (Feed feed : state.feedsByRoute.values()) {
      for (Progress forgotten : feed.generations().unsettledOfForgotten()) {
        sizes.merge(writtenOf(forgotten.generation), forgotten.end(), Math::max);
      }
    }
    if (!state.isDecided() || !state.feedsByRoute.isEmpty()) {
      for (Generation generation : state.log.generations()) {
        refreshHead(generation);
        sizes.put(writtenOf(generation), generation.seenBytes());
      }
    }
    sizes.keySet().removeIf(written -> written.head() == 0);
    return sizes;
  }

  /** A form that is about to be forgotten tells nothing where another one is there. */
  private static void addOffsets(ContainerState state, Feed feed, Map<Key, Offsets> offsets) {
    String route = feed.route();
    for (Progress forgotten : feed.generations().unsettledOfForgotten()) {
      offsets.put(keyOf(forgotten.generation, route), forgotten.taken());
    }
    for (Generation generation : state.log.generations()) {
      refreshHead(generation);
      Offsets taken = feed.generations().takenIn(generation);
      if (generation.isOpen() || generation.isPresent()) {
        offsets.put(keyOf(generation, route), taken);
      } else {
        offsets.putIfAbsent(keyOf(generation, route), taken);
      }
    }
    offsets.keySet().removeIf(key -> key.head() == 0);
  }

  private static Key keyOf(Generation generation, String route) {
    return new Key(generation.restart(), generation.headHash(), route);
  }

  private static Written writtenOf(Generation generation) {
    return new Written(generation.restart(), generation.headHash());
  }

  private static void refreshHead(Generation generation) {
    try {
      generation.refreshHead();
    } catch (IOException e) {
      log.debug("{}: its first record cannot be read yet", generation, e);
    }
  }
}
