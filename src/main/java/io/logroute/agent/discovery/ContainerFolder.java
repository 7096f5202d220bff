// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The log folder of one container, {@code <namespace>_<pod>_<uid>/<container>} (kubelet
 * kuberuntime/helpers.go). The uid of a static pod is the hash of its configuration.
 */
public record ContainerFolder(
    String namespace, String pod, String uid, String container, Path path) {

  /** The parts of a container's folder; null when its parent is not a pod's folder. */
  static @Nullable ContainerFolder parse(Path folder) {
    Path podFolder = folder.getParent();
    if (podFolder == null) {
      return null;
    }
    String[] parts = String.valueOf(podFolder.getFileName()).split("_", -1);
    if (parts.length != 3 || parts[0].isEmpty() || parts[1].isEmpty() || parts[2].isEmpty()) {
      return null;
    }
    return new ContainerFolder(
        parts[0], parts[1], parts[2], String.valueOf(folder.getFileName()), folder);
  }

  /** The folder below the pods folder: the key of the container in positions and reports. */
  public String key() {
    return namespace + "_" + pod + "_" + uid + "/" + container;
  }
}
