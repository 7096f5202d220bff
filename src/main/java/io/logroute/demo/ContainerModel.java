// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import io.logroute.table.NodeRouteTable.Stream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A container of a {@link PodModel} with its instances, counted by restarts. The kubelet keeps the
 * running instance and one dead one; older ones lose link and files. Used by the node's thread.
 */
public final class ContainerModel {

  /** The kubelet cuts the name of a link so that it fits with its ending into 255 bytes. */
  private static final int MAX_LINK_CHARS = 251;

  private final NodeModel node;
  private final PodModel pod;
  private final String name;
  private final Deque<Instance> instances = new ArrayDeque<>();

  private int restart = -1;
  private String id = "";
  private @Nullable ContainerdLog log;

  ContainerModel(NodeModel node, PodModel pod, String name) {
    this.node = node;
    this.pod = pod;
    this.name = name;
  }

  private record Instance(Path link, Path log) {}

  public PodModel pod() {
    return pod;
  }

  public String name() {
    return name;
  }

  /** The number of the instance that was started last, from 0. */
  public int restart() {
    return restart;
  }

  /** The id of the instance that was started last, 64 hexadecimal digits. */
  public String id() {
    return id;
  }

  /** Starts the next instance; the one before has ended or ends now. */
  public void start() throws IOException {
    exit();
    restart++;
    id = node.newContainerId();
    Path folder = Files.createDirectories(pod.folder().resolve(name));
    ContainerdLog started = new ContainerdLog(folder.resolve(restart + ".log"), node.clock());
    log = started;
    instances.addLast(new Instance(link(started.path()), started.path()));
    while (instances.size() > 2) {
      remove(instances.removeFirst());
    }
  }

  private Path link(Path target) throws IOException {
    String full = pod.name() + "_" + pod.namespace() + "_" + name + "-" + id;
    String cut = full.substring(0, Math.min(full.length(), MAX_LINK_CHARS));
    return Files.createSymbolicLink(node.containersDir().resolve(cut + ".log"), target);
  }

  private static void remove(Instance instance) throws IOException {
    Path folder = instance.log().getParent();
    try (var files = Files.newDirectoryStream(folder, instance.log().getFileName() + "*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(instance.link());
  }

  void remove() throws IOException {
    exit();
    while (!instances.isEmpty()) {
      remove(instances.removeFirst());
    }
  }

  /** Writes one logical line, its end not included. */
  public void line(Stream stream, byte[] line) throws IOException {
    running().line(stream, line);
  }

  /** Writes the beginning of a line that never gets its end. */
  public void unfinished(Stream stream, byte[] line) throws IOException {
    running().unfinished(stream, line);
  }

  private ContainerdLog running() {
    if (log == null) {
      throw new IllegalStateException("container " + name + " is not running");
    }
    return log;
  }

  /** The kubelet looks whether the log has to be rotated. */
  public void checkSize() throws IOException {
    if (log != null) {
      node.rotation().check(log);
    }
  }

  /** The running instance ends; its files stay. */
  public void exit() throws IOException {
    ContainerdLog ended = log;
    if (ended != null) {
      log = null;
      ended.close();
    }
  }
}
