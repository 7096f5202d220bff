// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.logroute.operator.status.AgentStatuses.Rollout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far a DaemonSet is, from its status. */
final class Rollouts {

  private Rollouts() {}

  static Rollout of(DaemonSet set) {
    DaemonSetStatus status = set.getStatus();
    if (status == null) {
      return Rollout.UNKNOWN;
    }
    boolean current =
        Objects.equals(status.getObservedGeneration(), set.getMetadata().getGeneration());
    return new Rollout(
        current,
        orZero(status.getDesiredNumberScheduled()),
        orZero(status.getNumberReady()),
        orZero(status.getUpdatedNumberScheduled()));
  }

  private static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }
}
