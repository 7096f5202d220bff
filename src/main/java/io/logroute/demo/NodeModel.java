// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;

/**
 * A node's log folders as the kubelet keeps them: {@code pods/<ns>_<pod>_<uid>/<container>/<n>.log}
 * and the links {@code containers/<pod>_<ns>_<container>-<id>.log}. Used by one thread.
 */
public final class NodeModel {

  private final Path podsDir;
  private final Path containersDir;
  private final Clock clock;
  private final Random random;
  private final LogRotation rotation;

  /**
   * A node whose folders are made below {@code root}.
   *
   * @param random where ids come from
   * @param maxBytes the size at which a log is rotated
   * @param maxFiles files of one container instance, the current one included
   */
  public NodeModel(Path root, Clock clock, Random random, long maxBytes, int maxFiles)
      throws IOException {
    this.podsDir = Files.createDirectories(root.resolve("pods"));
    this.containersDir = Files.createDirectories(root.resolve("containers"));
    this.clock = clock;
    this.random = random;
    this.rotation = new LogRotation(maxBytes, maxFiles, clock);
  }

  public Path podsDir() {
    return podsDir;
  }

  public Path containersDir() {
    return containersDir;
  }

  /** A new pod with an id of its own; its folder appears with its first container. */
  public PodModel pod(String namespace, String name) {
    return new PodModel(this, namespace, name, new UUID(random.nextLong(), random.nextLong()));
  }

  /** How many files were rotated since the start. */
  public int rotated() {
    return rotation.rotated();
  }

  /** How many of them were compressed. */
  public int compressed() {
    return rotation.compressed();
  }

  Clock clock() {
    return clock;
  }

  LogRotation rotation() {
    return rotation;
  }

  /** A container id: 64 hexadecimal digits. */
  String newContainerId() {
    return "%016x%016x%016x%016x"
        .formatted(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }
}
