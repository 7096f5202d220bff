// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A pod of a {@link NodeModel}. Used by the node's thread. */
public final class PodModel {

  private final NodeModel node;
  private final String namespace;
  private final String name;
  private final String uid;
  private final List<ContainerModel> containers = new ArrayList<>();

  PodModel(NodeModel node, String namespace, String name, UUID uid) {
    this.node = node;
    this.namespace = namespace;
    this.name = name;
    this.uid = uid.toString();
  }

  public String namespace() {
    return namespace;
  }

  public String name() {
    return name;
  }

  public String uid() {
    return uid;
  }

  /** A container that is not started yet. */
  public ContainerModel container(String container) {
    ContainerModel model = new ContainerModel(node, this, container);
    containers.add(model);
    return model;
  }

  /** Where the logs of its containers are. */
  public Path folder() {
    return node.podsDir().resolve(namespace + "_" + name + "_" + uid);
  }

  /** The pod is deleted: links and files go at once, read or not. */
  public void delete() throws IOException {
    for (ContainerModel container : containers) {
      container.remove();
    }
    try (Stream<Path> files = Files.walk(folder())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
