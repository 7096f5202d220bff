// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a Lease is held by nobody alive, told by how long it has not changed, and not by the time
 * that its holder wrote: a holder whose clock was an hour ahead, and who is killed, would otherwise
 * keep every other operator out for an hour. One thread.
 */
final class StaleLease {

  private final Duration longest;
  private @Nullable String version;
  private @Nullable Instant since;

  /**
   * @param longest a Lease that is held changes more often
   */
  StaleLease(Duration longest) {
    this.longest = longest;
  }

  /**
   * Looks at the Lease as it is.
   *
   * @param lease absent when there is none
   * @param now of a clock that nobody sets
   * @return whether it names a holder that has not renewed it for too long
   */
  boolean look(@Nullable Lease lease, Instant now) {
    String found = lease == null ? null : lease.getMetadata().getResourceVersion();
    if (since == null || !Objects.equals(found, version)) {
      version = found;
      since = now;
    }
    return lease != null && isHeld(lease) && now.isAfter(since.plus(longest));
  }

  private static boolean isHeld(Lease lease) {
    String holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
    return holder != null && !holder.isEmpty();
  }
}
