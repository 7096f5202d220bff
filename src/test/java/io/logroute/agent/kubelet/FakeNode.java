// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.kubelet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's folder of pods with a clock that somebody else turns. A file that is removed and that
 * nobody has open may lend its inode to the next one that is made, as file systems do. Used by one
 * thread.
 */
public final class FakeNode {

  private final Path pods;
  private final Path graveyard;
  private final LongSupplier epochNanos;
  private final Random random;
  private final List<FakeContainer> containers = new ArrayList<>();
  private final List<WrittenFile> files = new ArrayList<>();
  private final Deque<Path> freeInodes = new ArrayDeque<>();
  private final Set<Path> changed = new LinkedHashSet<>();
  private long lastSuffixSeconds;
  private long recordNanos;
  private int buried;

  /**
   * @param root where its folders are made
   * @param epochNanos the time of day
   * @param random what inodes are used again
   */
  public FakeNode(Path root, LongSupplier epochNanos, Random random) throws IOException {
    this.pods = Files.createDirectories(root.resolve("pods"));
    this.graveyard = Files.createDirectories(root.resolve("graveyard"));
    this.epochNanos = epochNanos;
    this.random = random;
  }

  public Path pods() {
    return pods;
  }

  /** All containers that ever were, those of deleted pods included. */
  public List<FakeContainer> containers() {
    return containers;
  }

  /** All files that ever were. */
  public List<WrittenFile> files() {
    return files;
  }

  /** A container that starts now, in a pod of its own. */
  public FakeContainer container(String pod) throws IOException {
    FakeContainer container = new FakeContainer(this, pod, containers.size());
    containers.add(container);
    return container;
  }

  /** Folders that got or lost an entry since the last call. */
  public Set<Path> takeChanged() {
    Set<Path> taken = new LinkedHashSet<>(changed);
    changed.clear();
    return taken;
  }

  void changed(@Nullable Path folder) {
    if (folder != null) {
      changed.add(folder);
    }
  }

  void made(WrittenFile file) {
    files.add(file);
  }

  long nowNanos() {
    return epochNanos.getAsLong();
  }

  long nowMs() {
    return epochNanos.getAsLong() / 1_000_000;
  }

  /** The time of a record: no two have the same. */
  Instant recordTime() {
    recordNanos = Math.max(recordNanos + 1, epochNanos.getAsLong());
    return Instant.ofEpochSecond(recordNanos / 1_000_000_000, recordNanos % 1_000_000_000);
  }

  /** The time in the name of a rotated file, whole seconds: no two have the same. */
  long suffixSeconds() {
    lastSuffixSeconds = Math.max(lastSuffixSeconds + 1, epochNanos.getAsLong() / 1_000_000_000);
    return lastSuffixSeconds;
  }

  /** Makes an empty file, and opens it as a runtime does. */
  FileChannel create(Path path) throws IOException {
    Path free = random.nextBoolean() ? freeInodes.pollLast() : null;
    if (free != null) {
      Files.write(free, new byte[0]);
      Files.move(free, path);
    }
    changed(path.getParent());
    return WrittenFile.open(path);
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to);
    changed(from.getParent());
  }

  void remove(Path path) throws IOException {
    changed(path.getParent());
    if (random.nextInt(3) == 0 && !isOpen(path)) {
      Path grave = graveyard.resolve("inode-" + buried++);
      Files.move(path, grave);
      freeInodes.add(grave);
    } else {
      Files.delete(path);
    }
  }

  private static boolean isOpen(Path path) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.anyMatch(fd -> leadsTo(fd, path));
    }
  }

  private static boolean leadsTo(Path fd, Path path) {
    try {
      return Files.readSymbolicLink(fd).equals(path);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
