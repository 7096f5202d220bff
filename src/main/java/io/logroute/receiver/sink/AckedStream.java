// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import io.logroute.wire.StreamIdentity;
import org.jspecify.annotations.Nullable;

/**
 * A stream that an agent opened, checked.
 *
 * @param identity its names; each of them may become a path segment
 * @param key the identity in 16 bytes
 * @param file of its lines, from the store's root
 */
public record AckedStream(StreamIdentity identity, StreamKey key, String file) {

  private static final int MAX_FOLDER_CHARS = 255;

  public static AckedStream of(StreamIdentity identity) {
    return new AckedStream(identity, StreamKey.of(identity), file(identity));
  }

  /** Why a stream with this identity cannot be stored, as a sentence; null when all is well. */
  public static @Nullable String problem(StreamIdentity identity) {
    String problem = identity.problem();
    if (problem != null) {
      return problem;
    }
    String folder = folder(identity);
    if (folder.length() > MAX_FOLDER_CHARS) {
      return "namespace, pod and podUid are longer than 253 bytes together";
    }
    return folder.endsWith(".log") || folder.contains(".log.")
        ? "podUid must not look like the name of a log file"
        : null;
  }

  private static String folder(StreamIdentity identity) {
    return identity.namespace() + "_" + identity.pod() + "_" + identity.podUid();
  }

  /** Whether lines can be told apart, so that a repeat is recognised. */
  public boolean isKnown() {
    return identity.generation() != 0;
  }

  private static String file(StreamIdentity identity) {
    return String.join(
        "/",
        identity.tenant(),
        identity.service(),
        folder(identity),
        identity.container(),
        identity.restart() + ".log");
  }
}
