// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The links of {@code /var/log/containers}, {@code <pod>_<namespace>_<container>-<id>.log}: the one
 * place on the node that names container ids (kubelet kuberuntime/legacy.go). A link is known by
 * the last three parts of its target, so absolute and relative ones both do. A long name may have
 * cost the id its end, and what is left of it is still the id's beginning.
 */
public final class ContainerLinks {

  /** As many characters of an id as the default tag shows. */
  public static final int SHORT_ID_LENGTH = 12;

  private final Path path;

  public ContainerLinks(Path path) {
    this.path = path;
  }

  /**
   * Container ids by {@code <pod folder>/<container>/<restart>.log}. Ids of fewer than {@link
   * #SHORT_ID_LENGTH} characters are left out.
   */
  public Map<String, String> idsByLogFile() {
    Map<String, String> ids = new HashMap<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(path, "*.log")) {
      for (Path link : links) {
        add(ids, link);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return ids;
    }
    return ids;
  }

  private static void add(Map<String, String> ids, Path link) {
    String name = String.valueOf(link.getFileName());
    String id = name.substring(name.lastIndexOf('-') + 1, name.length() - ".log".length());
    if (!isId(id)) {
      return;
    }
    try {
      Path target = Files.readSymbolicLink(link);
      int parts = target.getNameCount();
      if (parts >= 3) {
        ids.put(target.subpath(parts - 3, parts).toString(), id);
      }
    } catch (IOException e) {
      return;
    }
  }

  private static boolean isId(String id) {
    return id.length() >= SHORT_ID_LENGTH
        && id.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
