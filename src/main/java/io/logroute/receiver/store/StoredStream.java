// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.nio.file.Path;
import java.util.List;

/**
 * The files of one stream, as they were seen in its folder.
 *
 * @param name of the stream within its service, which stays the same whatever its files do
 * @param parts the oldest first; the last is the one that is written to, if there is one
 */
public record StoredStream(Origin origin, String name, List<Part> parts) {

  /**
   * A file that is either plain or compressed; while it is being compressed it is both.
   *
   * @param base where the stream's current file stands; all its files share it
   * @param plain where it stands when it is plain
   * @param compressed where it stands when it is compressed
   * @param isCurrent whether lines are still written to it
   */
  public record Part(Path base, Path plain, Path compressed, boolean isCurrent) {}

  static StoredStream of(
      Origin origin, Path service, Path folder, String base, List<StoredName> names) {
    List<Part> parts =
        names.stream()
            .map(name -> name.in(StoredName.Form.PLAIN))
            .distinct()
            .sorted(StoredName.BY_AGE)
            .map(
                name ->
                    new Part(
                        folder.resolve(base),
                        folder.resolve(name.toString()),
                        folder.resolve(name.in(StoredName.Form.COMPRESSED).toString()),
                        name.isCurrent()))
            .toList();
    return new StoredStream(origin, service.relativize(folder.resolve(base)).toString(), parts);
  }
}
