// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The folders of a node, and the routes file of its agent. */
public final class NodeFolders {

  private final Path root;

  /** Makes them below a folder. */
  public NodeFolders(Path root) {
    this.root = root;
    try {
      Files.createDirectories(pods());
      Files.createDirectories(containers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path root() {
    return root;
  }

  public Path pods() {
    return root.resolve("pods");
  }

  public Path containers() {
    return root.resolve("containers");
  }

  public Path state() {
    return root.resolve("state");
  }

  public Path routes() {
    return root.resolve("routes.yaml");
  }

  /** Writes the routes file, as an editor does: beside, then over it. */
  public void route(String table) {
    try {
      Path next = root.resolve("routes.yaml.next");
      Files.writeString(next, table, StandardCharsets.UTF_8);
      Files.move(next, routes(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A container that starts now, in a pod of its own. */
  public ContainerWriter container(String namespace, String pod, String container) {
    return new ContainerWriter(this, namespace, pod, UUID.randomUUID().toString(), container);
  }
}
