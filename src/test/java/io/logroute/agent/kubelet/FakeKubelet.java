// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.kubelet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * What the kubelet does to one container's files (container_log_manager.go), so that whoever reads
 * can be anywhere between two steps: clear away leftovers, delete the oldest, compress every plain
 * rotated file (write, rename, remove), rename the current one, have the runtime open a new one.
 */
public final class FakeKubelet {

  /** The kubelet's {@code containerLogMaxFiles}, the current one included. */
  private static final int MAX_FILES = 5;

  private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private final FakeNode node;
  private final FakeContainer container;
  private final Deque<Step> steps = new ArrayDeque<>();

  FakeKubelet(FakeNode node, FakeContainer container) {
    this.node = node;
    this.container = container;
  }

  /** Whether a rotation is under way. */
  public boolean isRotating() {
    return !steps.isEmpty();
  }

  /**
   * Begins a rotation; nothing when one is under way.
   *
   * @param reopenFails the runtime does not open a new file, so the old name is given back
   */
  public void beginRotation(boolean reopenFails) {
    if (isRotating()) {
      return;
    }
    container.closeOld();
    steps.add(this::clearLeftovers);
    steps.add(this::removeOldest);
    for (WrittenFile file : ofInstance(container.restart())) {
      if (file != container.current()) {
        steps.add(() -> writeCopy(file));
        steps.add(() -> nameCopy(file));
        steps.add(() -> removeOriginal(file));
      }
    }
    steps.add(this::renameCurrent);
    steps.add(reopenFails ? this::renameBack : container::reopen);
  }

  /** Does the next step of a rotation. */
  public void step() throws IOException {
    Step step = steps.poll();
    if (step != null) {
      step.run();
    }
  }

  /** Does all that is left of a rotation. */
  public void finish() throws IOException {
    while (isRotating()) {
      step();
    }
  }

  /** The kubelet ends in the middle; at its next start it has the runtime open its file. */
  public void abandon() throws IOException {
    steps.clear();
    Path plain = container.current().plain();
    if (!container.isDeleted() && plain != null && !plain.equals(container.path())) {
      container.reopen();
    }
  }

  /** Rotates in one go. */
  public void rotate() throws IOException {
    finish();
    beginRotation(false);
    finish();
  }

  /** Removes a rotated file of the running instance, in whatever form it is. */
  public void removeRotated() throws IOException {
    for (WrittenFile file : ofInstance(container.restart())) {
      if (file != container.current()) {
        removeOriginal(file);
        removeCopy(file);
        return;
      }
    }
  }

  private List<WrittenFile> ofInstance(int restart) {
    List<WrittenFile> found = new ArrayList<>();
    for (WrittenFile file : node.files()) {
      if (file.container() == container && file.restart() == restart && file.isOnDisk()) {
        found.add(file);
      }
    }
    return found;
  }

  private static Path beside(Path path, String ending) {
    return path.resolveSibling(path.getFileName() + ending);
  }

  private void clearLeftovers() throws IOException {
    for (WrittenFile file : ofInstance(container.restart())) {
      if (file.compressed() != null) {
        removeOriginal(file);
      }
      Path plain = file.plain();
      if (plain != null && Files.exists(beside(plain, ".tmp"))) {
        node.remove(beside(plain, ".tmp"));
      }
    }
  }

  private void removeOldest() throws IOException {
    List<WrittenFile> rotated = new ArrayList<>(ofInstance(container.restart()));
    rotated.remove(container.current());
    while (rotated.size() > MAX_FILES - 2) {
      WrittenFile oldest = rotated.removeFirst();
      removeOriginal(oldest);
      removeCopy(oldest);
    }
  }

  private void writeCopy(WrittenFile file) throws IOException {
    Path plain = file.plain();
    if (plain == null || file.compressed() != null) {
      return;
    }
    Path copy = beside(plain, ".tmp");
    node.create(copy).close();
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(copy))) {
      Files.copy(plain, out);
    }
  }

  private void nameCopy(WrittenFile file) throws IOException {
    Path plain = file.plain();
    if (plain != null && Files.exists(beside(plain, ".tmp"))) {
      Path copy = beside(plain, ".gz");
      node.rename(beside(plain, ".tmp"), copy);
      file.setCompressed(copy);
    }
  }

  private void removeOriginal(WrittenFile file) throws IOException {
    Path plain = file.plain();
    if (plain != null) {
      node.remove(plain);
      file.setPlain(null);
    }
  }

  private void removeCopy(WrittenFile file) throws IOException {
    Path copy = file.compressed();
    if (copy != null) {
      node.remove(copy);
      file.setCompressed(null);
    }
  }

  private void renameCurrent() throws IOException {
    Path plain = container.current().plain();
    if (plain != null) {
      Instant time = Instant.ofEpochSecond(node.suffixSeconds());
      Path rotated = beside(container.path(), "." + SUFFIX.format(time.atOffset(ZoneOffset.UTC)));
      node.rename(plain, rotated);
      container.current().setPlain(rotated);
    }
  }

  private void renameBack() throws IOException {
    Path plain = container.current().plain();
    if (plain != null) {
      node.rename(plain, container.path());
      container.current().setPlain(container.path());
    }
  }

  void removeInstance(int restart) throws IOException {
    for (WrittenFile file : ofInstance(restart)) {
      removeOriginal(file);
      removeCopy(file);
    }
  }

  void removeFolder() throws IOException {
    Path pod = container.podFolder();
    try (var left = Files.newDirectoryStream(container.folder())) {
      for (Path path : left) {
        node.remove(path);
      }
    }
    Files.delete(container.folder());
    Files.delete(pod);
    node.changed(pod);
    node.changed(node.pods());
  }
}
