// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import io.logroute.api.v1alpha1.LogEndpointStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found about a LogEndpoint becomes its status. */
public final class EndpointStatuses {

  private EndpointStatuses() {}

  /**
   * The whole status.
   *
   * @param problems of the spec, as sentences; empty when it is valid
   * @param before the one that stands there now, for the times of its conditions
   */
  public static LogEndpointStatus of(
      long generation, List<String> problems, @Nullable LogEndpointStatus before, Instant now) {
    boolean valid = problems.isEmpty();
    String message = valid ? "the endpoint is valid" : String.join("; ", problems);
    List<Finding> findings =
        List.of(
            new Finding(
                Conditions.ACCEPTED, valid, valid ? Reason.Accepted : Reason.InvalidSpec, message),
            new Finding(
                Conditions.READY, valid, valid ? Reason.Ready : Reason.InvalidSpec, message));
    return new LogEndpointStatus(
        generation,
        Conditions.of(findings, generation, before == null ? null : before.conditions(), now));
  }
}
