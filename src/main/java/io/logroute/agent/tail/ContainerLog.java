// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.LogFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The log of one container folder: its generations over all restarts, in the order in which they
 * were written. A sweep lists the folder and hands the listing in; known files are recognised by
 * their inode, compressed copies by the hash of their first record.
 *
 * <p>Order: a generation keeps the place it got at first sight, so that a stepped clock in the
 * suffix of a rotated file cannot move it. A released generation is forgotten only when two
 * listings in a row lack it: a listing is no snapshot, and one taken while a file is compressed may
 * have missed the copy and the file. One thread sweeps; any may read the list.
 *
 * <p>A file that is truncated in place, found by its size or by another first record, is given up
 * as it was, and what it has now is a new generation. One that was listed, could never be opened
 * and is gone is told of.
 */
public final class ContainerLog {

  /** What a log tells of files that it cannot make a generation of. */
  public interface Trouble {
    /** A file could not be opened; told each time it is tried. */
    void unreadable(LogFile file, IOException cause);

    /** A file was seen, and was gone before it could be opened. */
    void vanished(LogFile file);

    /** A generation is closed, its file has no name any more, and its bytes are gone. */
    void forgotten(Generation generation);
  }

  private final ContainerFolder folder;
  private final Trouble trouble;
  private final KeptCopies copies;
  private final OpenBudget budget;
  private final InstantSource clock;
  private final Map<Object, LogFile> unopened = new HashMap<>();
  private final Map<Object, Generation> byInode = new HashMap<>();
  private final Set<Generation> toOpen = new HashSet<>();
  private Set<Object> listed = Set.of();
  private Set<Generation> absent = Set.of();
  private Set<Generation> missedOnce = Set.of();
  private volatile List<Generation> generations = List.of();
  private volatile boolean gone;
  private volatile boolean writesTold;
  private boolean wanted = true;

  /**
   * @param copies of an earlier life, the generations of which come first
   * @param budget of open files, shared by all logs
   */
  public ContainerLog(
      ContainerFolder folder,
      KeptCopies copies,
      OpenBudget budget,
      InstantSource clock,
      Trouble trouble) {
    this.folder = folder;
    this.copies = copies;
    this.budget = budget;
    this.clock = clock;
    this.trouble = trouble;
  }

  /** Takes up what an earlier life kept of this container; before the first sweep. */
  public void adoptKept() throws IOException {
    List<Generation> kept = new ArrayList<>();
    for (KeptCopies.Copy copy : copies.of(folder)) {
      Generation generation = Generation.keptAs(copy);
      tryOpen(generation);
      kept.add(generation);
    }
    publish(kept);
  }

  /**
   * Keeps a copy of what a deleted file has from a position on, and goes on with the copy. Of two
   * files the older has to be kept first.
   *
   * @param deadlineNanos by {@link System#nanoTime}
   * @return false when there was no time for it, and nothing has changed
   */
  public boolean keep(Generation generation, long from, long deadlineNanos) throws IOException {
    if (generation.becomeTheCopy()) {
      return true;
    }
    int order = generations.indexOf(generation);
    for (Generation earlier : generations) {
      order += earlier.isKept() ? KeptCopies.orderOf(earlier.name()) + 1 : 0;
    }
    KeptCopies.Copy copy = copies.keep(folder, generation, from, order, deadlineNanos);
    if (copy == null) {
      return false;
    }
    generation.becomeKept(copy);
    return true;
  }

  public ContainerFolder folder() {
    return folder;
  }

  /** Oldest first; the list never changes, a sweep makes a new one. */
  public List<Generation> generations() {
    return generations;
  }

  /** Whether the folder is gone: the container has ended, and nothing will come after what is. */
  public boolean isGone() {
    return gone;
  }

  /**
   * Whether the kernel tells of writes into this folder. Readers ask before they look: what is
   * written after such a look wakes them.
   */
  public boolean areWritesTold() {
    return writesTold;
  }

  /** Sweeping thread only. */
  public void setWritesTold(boolean told) {
    writesTold = told;
  }

  /**
   * Whether every file has a name in the folder that was listed, so that events of the folder tell
   * of all writes; sweeping thread only.
   */
  public boolean isListedWhole() {
    return !gone
        && unopened.isEmpty()
        && toOpen.isEmpty()
        && absent.isEmpty()
        && !generations.isEmpty()
        && generations.stream().allMatch(Generation::hasName);
  }

  /**
   * Whether every file that was listed is one of the generations, and known by its first record, if
   * it has one.
   */
  public boolean isWhollyKnown() {
    return unopened.isEmpty() && generations.stream().allMatch(ContainerLog::isKnown);
  }

  private static boolean isKnown(Generation one) {
    return one.isOpen() || one.headHash() != HeadHash.UNKNOWN || one.fileBytes() == 0;
  }

  /** Whether the container wrote to a newer file of a later restart, or its folder is gone. */
  public boolean hasEnded(Generation generation) {
    List<Generation> all = generations;
    return gone || all.get(all.size() - 1).restart() > generation.restart();
  }

  /**
   * Whether anybody wants this log's bytes. While it is so, or not yet decided, files are opened at
   * first sight and held, as far as there is room. A log that nobody wants has no generations: a
   * file that was never opened could not be known again under another name or form.
   */
  public boolean isWanted() {
    return wanted;
  }

  /**
   * Somebody wants this log's bytes: what is known is opened as far as there is room.
   *
   * @return whether nobody wanted them before, so that the folder has to be listed
   */
  public boolean want() {
    boolean before = wanted;
    wanted = true;
    generations.forEach(this::openAgain);
    return !before;
  }

  /** Nobody wants this log's bytes: all is let go, and nothing is followed any more. */
  public void unwant() {
    wanted = false;
    List<Generation> before = generations;
    generations = List.of();
    toOpen.clear();
    unopened.clear();
    byInode.clear();
    before.forEach(this::letGo);
  }

  private void letGo(Generation generation) {
    try {
      close(generation);
    } catch (IOException e) {
      trouble.unreadable(generation.file(), e);
    }
  }

  /**
   * Whether a listing may tell something new even though the folder has the same entries as at the
   * last one: a file has grown, was truncated, could not be opened, or is closed, so that nobody
   * would see it grow; sweeping thread only.
   */
  public boolean needsListing() {
    boolean changed = !unopened.isEmpty() || !toOpen.isEmpty() || !absent.isEmpty();
    for (Generation generation : generations) {
      changed = changed || generation.mayHaveChanged();
    }
    return changed;
  }

  /** Brings the generations up to date with a listing of the folder; sweeping thread only. */
  public void update(List<LogFile> listing) throws IOException {
    gone &= listing.isEmpty();
    if (!wanted) {
      return;
    }
    refreshHeads();
    listed = listing.stream().map(LogFile::inode).collect(Collectors.toSet());
    List<Generation> after = new ArrayList<>(generations);
    List<Generation> found = new ArrayList<>();
    for (LogFile file : listing) {
      Generation generation = byInode.get(file.inode());
      int behind = 0;
      if (generation != null && isAnother(generation, file)) {
        byInode.remove(file.inode());
        if (generation.headHash() == HeadHash.UNKNOWN && !generation.isOpen()) {
          after.remove(generation);
        }
        behind = generation.givenUp() == null ? 0 : after.indexOf(generation) + 1;
        generation = null;
      }
      if (generation == null) {
        generation = adopt(file, after, behind);
      } else if (!found.contains(generation) || !file.name().compressed()) {
        generation.seen(file);
      }
      if (generation != null) {
        found.add(generation);
        reopenWhenGrown(generation, file);
      }
    }
    noteAbsent(after, found);
    giveUpWrittenAnew(after);
    Set<Object> inodes = listed;
    byInode
        .entrySet()
        .removeIf(
            entry -> !inodes.contains(entry.getKey()) && !entry.getValue().holds(entry.getKey()));
    after.forEach(generation -> generation.setLinked(inodes, clock.millis()));
    tellVanished(inodes);
    publish(after);
    forgetGone();
  }

  private void tellVanished(Set<Object> inodes) {
    List<LogFile> vanished = new ArrayList<>(unopened.values());
    vanished.removeIf(file -> inodes.contains(file.inode()));
    for (LogFile file : vanished) {
      unopened.remove(file.inode());
      trouble.vanished(file);
    }
  }

  /**
   * Also of those that have no name any more: an empty file that is held may have been written,
   * renamed and compressed since the last listing, and its copy is known by the first record.
   */
  private void refreshHeads() throws IOException {
    for (Generation generation : generations) {
      generation.refreshHead();
    }
  }

  private static boolean isKeptOnDisk(Generation generation) {
    return generation.isKept() && generation.isPresent();
  }

  private void noteAbsent(List<Generation> all, List<Generation> found) {
    Set<Generation> now = new HashSet<>();
    for (Generation generation : all) {
      generation.setPresent(found.contains(generation) || isKeptOnDisk(generation));
      if (!generation.isPresent()) {
        now.add(generation);
      }
    }
    missedOnce = new HashSet<>(now);
    missedOnce.removeAll(absent);
    absent = now;
  }

  /** What has no name any more may have been truncated while it had. */
  private void giveUpWrittenAnew(List<Generation> all) {
    for (Generation generation : all) {
      try {
        if (!generation.isPresent() && generation.wasWrittenAnew()) {
          generation.giveUp(LossReason.ROTATED);
        }
      } catch (IOException e) {
        trouble.unreadable(generation.file(), e);
      }
    }
  }

  /** The folder is gone, its files with it. */
  public void setGone() {
    gone = true;
    missedOnce = Set.of();
    for (Generation generation : generations) {
      generation.setPresent(isKeptOnDisk(generation));
      generation.setLinked(Set.of(), clock.millis());
    }
    giveUpWrittenAnew(generations);
    tellVanished(Set.of());
    forgetGone();
  }

  /** Closes a generation that everybody has taken over. */
  public void release(Generation generation) throws IOException {
    close(generation);
    forgetGone();
  }

  private void close(Generation generation) throws IOException {
    generation.release();
    if (generation.isKept()) {
      generation.setPresent(false);
      copies.delete(generation.path());
    }
  }

  /**
   * Gives a generation up for its bytes on disk, keeping what has a name in another form.
   *
   * @return false when nothing is lost by it: a compressed copy took its place
   */
  public boolean giveUp(Generation generation, LossReason reason) throws IOException {
    if (generation.becomeTheCopy()) {
      return false;
    }
    generation.giveUp(reason);
    close(generation);
    forgetGone();
    return true;
  }

  private boolean isAnother(Generation generation, LogFile file) throws IOException {
    if (generation.isKept()) {
      return false;
    }
    if (wasTruncated(generation, file) || wasWrittenAnew(generation, file)) {
      generation.giveUp(LossReason.ROTATED);
      return true;
    }
    return isReused(generation, file);
  }

  private static boolean wasWrittenAnew(Generation generation, LogFile file) throws IOException {
    return generation.holds(file.inode())
        && !file.equals(generation.file())
        && generation.wasWrittenAnew();
  }

  /**
   * Whether a known inode is another file by now: that of a generation that is closed may be used
   * again for the container's next file, within one sweep. Of one whose first record was never seen
   * the name tells: nobody renames a file that was read and is closed, and one that was never read
   * loses nothing but its place.
   */
  private boolean isReused(Generation generation, LogFile file) throws IOException {
    if (generation.holds(file.inode()) || file.equals(generation.file())) {
      return false;
    }
    if (generation.headHash() == HeadHash.UNKNOWN) {
      return !file.name().equals(generation.name());
    }
    Generation probe = new Generation(file);
    boolean opened = tryOpen(probe);
    probe.release();
    return opened && probe.headHash() != generation.headHash();
  }

  /** The inode of a copy that is gone may be another file's by now, which says nothing of ours. */
  private static boolean wasTruncated(Generation generation, LogFile file) {
    return !file.name().compressed()
        && !generation.name().compressed()
        && file.inode().equals(generation.inode())
        && file.sizeBytes() < generation.file().sizeBytes();
  }

  /**
   * Makes a generation of a file, or finds the one that it is a form of.
   *
   * @param behind the first place it may have: what a truncated file has now was written after what
   *     it had
   */
  private @Nullable Generation adopt(LogFile file, List<Generation> all, int behind) {
    Generation generation = new Generation(file);
    if (!tryOpen(generation)) {
      unopened.put(file.inode(), file);
      return null;
    }
    unopened.remove(file.inode());
    Generation twin = twinOf(generation, all);
    if (twin != null) {
      byInode.put(file.inode(), twin);
      return closeAndAnswer(generation, twin);
    }
    byInode.put(file.inode(), generation);
    all.add(Math.max(behind, placeOf(generation, all)), generation);
    return generation;
  }

  private static @Nullable Generation twinOf(Generation generation, List<Generation> all) {
    for (Generation other : all) {
      boolean copied = other.isCompressed() || generation.isCompressed();
      boolean sameHead =
          generation.headHash() != HeadHash.UNKNOWN
              && other.headHash() == generation.headHash()
              && other.restart() == generation.restart()
              && (copied || other.isKept() || !other.isOpen());
      if (other.givenUp() == null && (sameHead || isDamagedCopyOf(other, generation))) {
        return other;
      }
    }
    return null;
  }

  /** A compressed file whose beginning cannot be read has only its name to be known by. */
  private static boolean isDamagedCopyOf(Generation known, Generation found) {
    return found.isCompressed()
        && found.headHash() == HeadHash.UNKNOWN
        && known.restart() == found.restart()
        && known.name().rotatedAt().equals(found.name().rotatedAt());
  }

  private static Generation closeAndAnswer(Generation copy, Generation known) {
    try {
      if (known.isCompressed() && !copy.isCompressed() && !known.isKept()) {
        known.becomePlain(copy);
      } else {
        copy.release();
        known.learnSize(copy);
        known.seen(copy.file());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return known;
  }

  private int placeOf(Generation generation, List<Generation> all) {
    int place = all.size();
    while (place > 0 && isOlder(generation, all.get(place - 1))) {
      place--;
    }
    return place;
  }

  /**
   * Whether a file that was found now was written before one that is known, as their names tell. A
   * known one that was the current file and has no name any more is older than all that is found.
   */
  private boolean isOlder(Generation found, Generation known) {
    boolean hasOldName =
        known.restart() == found.restart()
            && known.name().isCurrent()
            && !listed.contains(known.inode());
    return !hasOldName && found.name().compareTo(known.name()) < 0;
  }

  private void reopenWhenGrown(Generation generation, LogFile file) {
    boolean grown = !file.name().compressed() && generation.hasGrown();
    boolean closed = !generation.isOpen() && !budget.isFull();
    if (closed && (grown || toOpen.contains(generation))) {
      openAgain(generation);
    }
  }

  /** Now or, as its name may be an old one, once the next listing has brought its new one. */
  private void openAgain(Generation generation) {
    if (tryOpen(generation)) {
      toOpen.remove(generation);
    } else {
      toOpen.add(generation);
    }
  }

  /** Closes a file whose turn is over; it is known again by its inode and its first record. */
  public void park(Generation generation) throws IOException {
    generation.release();
    budget.closed();
  }

  /** Opens a file whose turn it is; false: that was not possible now. */
  public boolean reopen(Generation generation) {
    return !budget.isFull() && tryOpen(generation);
  }

  /**
   * Opens a file; one that there is no room for is closed again, once its first record is known.
   */
  private boolean tryOpen(Generation generation) {
    boolean wasOpen = generation.isOpen();
    try {
      boolean opened = generation.open();
      if (opened && !wasOpen) {
        budget.opened();
        if (budget.isExceeded()) {
          park(generation);
        }
      }
      return opened;
    } catch (IOException e) {
      trouble.unreadable(generation.file(), e);
      return false;
    }
  }

  private void publish(List<Generation> after) {
    for (int i = 0; i < after.size(); i++) {
      after.get(i).setSuperseded(i < after.size() - 1);
    }
    if (!after.equals(generations)) {
      generations = List.copyOf(after);
    }
  }

  private void forgetGone() {
    List<Generation> before = generations;
    List<Generation> kept = new ArrayList<>(before);
    kept.removeIf(
        generation ->
            !generation.isPresent() && !generation.isOpen() && !missedOnce.contains(generation));
    if (kept.size() < before.size()) {
      generations = List.copyOf(kept);
    }
    byInode.values().removeIf(generation -> !kept.contains(generation));
    toOpen.retainAll(kept);
    before.stream().filter(generation -> !kept.contains(generation)).forEach(trouble::forgotten);
  }
}
