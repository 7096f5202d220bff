// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import org.jspecify.annotations.Nullable;

/**
 * Where the lines of a stream come from, by what its files are called: a container instance, or the
 * tag of a three-frame stream, of which the rest is not known.
 *
 * @param restart how often the container had been started before; -1: not known
 */
public record Origin(
    @Nullable String namespace,
    @Nullable String pod,
    @Nullable String podUid,
    @Nullable String container,
    int restart,
    @Nullable String tag) {

  static Origin ofTag(String tag) {
    return new Origin(null, null, null, null, -1, tag);
  }
}
