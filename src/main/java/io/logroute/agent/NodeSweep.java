// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.FolderEvents;
import io.logroute.agent.discovery.FolderStamps;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.KeptCopies;
import io.logroute.agent.tail.LossReason;
import io.logroute.agent.tail.OpenBudget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is on the node: looks at the folders that changed, at all of them once a second, or every
 * five while events tell of everything, opens what it finds, and forgets containers that are gone
 * once nothing of them is held or in flight. What of an earlier life is not there any more it
 * enters into the ledger. Owned by the conductor's thread; {@link #isDone} may be asked by any.
 */
final class NodeSweep {

  /** Is told of what the node does not have any more. */
  interface Listener {
    /** A generation is closed for good. */
    void forgotten(ContainerState state, Generation generation);

    /** A container is gone, and nothing of it is left. */
    void gone(ContainerState state);
  }

  private static final Logger log = LoggerFactory.getLogger(NodeSweep.class);
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The same while events tell of everything. */
  private static final long TOLD_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path podsPath;
  private final FolderEvents watch;
  private final FolderStamps stamps;
  private final PodsFolder podsFolder;
  private final KeptCopies copies;
  private final ContainerIds ids;
  private final Positions restored;
  private final OpenBudget budget;
  private final LossLedger ledger;
  private final LossesOfEarlierLife earlierLosses;
  private final AgentClock clock;
  private final Map<Path, ContainerState> containers;
  private final Listener listener;
  private final Map<Path, String> unreadable = new HashMap<>();
  private final Set<Path> podFolders = new HashSet<>();
  private volatile boolean swept;
  private long sweptNanos;
  private boolean podsFolderFailing;
  private boolean allTold;

  /**
   * @param restored the positions of the last life
   * @param containers what is known, by folder; this adds to it and removes from it
   */
  NodeSweep(
      AgentOptions options,
      FolderEvents watch,
      ContainerIds ids,
      Positions restored,
      OpenBudget budget,
      LossLedger ledger,
      AgentClock clock,
      Map<Path, ContainerState> containers,
      Listener listener) {
    this.podsPath = options.podsFolder();
    this.watch = watch;
    this.stamps = new FolderStamps(watch);
    this.podsFolder = new PodsFolder(podsPath, stamps);
    this.copies = new KeptCopies(options.stateFolder());
    this.ids = ids;
    this.restored = restored;
    this.budget = budget;
    this.ledger = ledger;
    this.earlierLosses = new LossesOfEarlierLife(restored, ledger);
    this.clock = clock;
    this.containers = containers;
    this.listener = listener;
    this.sweptNanos = clock.nanoTime() - SWEEP_NANOS;
  }

  /** Whether all folders were read once. */
  boolean isDone() {
    return swept;
  }

  /**
   * Looks at what changed, or at everything when it is time for it.
   *
   * @param changes what events told
   * @return whether it looked at everything
   */
  boolean round(FolderEvents.Changes changes, long nowNanos) {
    allTold &= changes.isEmpty();
    changes.written().forEach(this::wake);
    Set<Path> changed = changes.entries();
    changed.forEach(stamps::forget);
    long sweepNanos = allTold ? TOLD_SWEEP_NANOS : SWEEP_NANOS;
    boolean due = nowNanos - sweptNanos >= sweepNanos || changed.stream().anyMatch(this::isPods);
    if (due) {
      all();
      sweptNanos = nowNanos;
    } else {
      changed.forEach(this::one);
    }
    return due;
  }

  /** Lets the containers rest that can. */
  void rest(long nowNanos) {
    containers.values().forEach(state -> state.rest(watch, nowNanos));
    allTold =
        !containers.isEmpty()
            && containers.values().stream().allMatch(state -> state.log.areWritesTold())
            && watch.watch(podsPath)
            && podFolders.stream().allMatch(watch::watch);
  }

  /** Whether all containers rest, and events would tell whatever changes. */
  boolean isAllTold() {
    return allTold;
  }

  private boolean isPods(Path folder) {
    return folder.equals(podsPath) || podFolders.contains(folder);
  }

  private void all() {
    if (!swept) {
      discoverKept();
    }
    Set<Path> found = new HashSet<>();
    Set<Path> foundPods = new HashSet<>();
    try {
      long now = clock.nanoTime();
      for (Path pod : podsFolder.podFolders(now)) {
        foundPods.add(pod);
        pod(pod, found, now);
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

  private void pod(Path pod, Set<Path> found, long nowNanos) {
    try {
      for (ContainerFolder folder : podsFolder.containers(pod, nowNanos)) {
        found.add(folder.path());
        container(containers.computeIfAbsent(folder.path(), unused -> discover(folder)), nowNanos);
      }
    } catch (IOException e) {
      unreadable(pod, e);
      containers.keySet().stream().filter(path -> path.startsWith(pod)).forEach(found::add);
    }
  }

  private void container(ContainerState state, long nowNanos) {
    boolean changed = stamps.mustList(state.log.folder().path(), nowNanos);
    if (changed || !state.problem.isEmpty() || state.needsListing(nowNanos)) {
      container(state);
    }
  }

  private void wake(Path folder) {
    ContainerState state = containers.get(folder);
    if (state != null) {
      state.wake(watch);
    }
  }

  private void one(Path folder) {
    ContainerState state = containers.get(folder);
    if (state != null) {
      container(state);
    }
  }

  private void container(ContainerState state) {
    state.problem = "";
    state.guard(() -> list(state));
  }

  /** Brings a container's log up to date with its folder. */
  void list(ContainerState state) {
    Path folder = state.log.folder().path();
    List<LogFile> listedBefore = state.listing;
    List<Generation> knownBefore = state.log.generations();
    try {
      state.listing = PodsFolder.files(folder, listedBefore);
      state.log.update(state.listing);
    } catch (IOException e) {
      stamps.forget(folder);
      unreadable(folder, e);
    }
    if (!state.listing.equals(listedBefore) || state.log.generations() != knownBefore) {
      state.wake(watch);
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
      NodeSweep.this.unreadable(file.path(), cause);
    }

    @Override
    public void vanished(LogFile file) {
      String name = file.name().toString();
      LossLedger.Range all = new LossLedger.Range(folder.key(), name, 0, 0, file.sizeBytes());
      ledger.enter(all, "", LossReason.ROTATED);
    }

    @Override
    public void forgotten(Generation generation) {
      ContainerState state = containers.get(folder.path());
      if (state != null) {
        listener.forgotten(state, generation);
      }
    }
  }

  /** Says once that a file or folder cannot be read. */
  void unreadable(Path path, IOException cause) {
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
        entry.getValue().wake(watch);
        if (entry.getValue().log.generations().isEmpty() && entry.getValue().isSettled()) {
          listener.gone(entry.getValue());
          containers.remove(entry.getKey());
        }
      }
    }
  }
}
