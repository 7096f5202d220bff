// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Findings become conditions in the Gateway API manner: with {@code observedGeneration}, and a
 * transition time that moves only when the status does, so that an unchanged finding is an
 * unchanged object.
 */
final class Conditions {

  static final String ACCEPTED = "Accepted";
  static final String RESOLVED_REFS = "ResolvedRefs";
  static final String PROGRAMMED = "Programmed";
  static final String READY = "Ready";

  /** What the API server takes as a condition's message (metav1.Condition). */
  private static final int MAX_MESSAGE_CHARS = 32768;

  private Conditions() {}

  static List<Condition> of(
      List<Finding> findings, long generation, @Nullable List<Condition> before, Instant now) {
    return findings.stream().map(f -> condition(f, generation, before, now)).toList();
  }

  private static Condition condition(
      Finding finding, long generation, @Nullable List<Condition> before, Instant now) {
    String status = finding.met() ? "True" : "False";
    return new ConditionBuilder()
        .withType(finding.type())
        .withStatus(status)
        .withReason(finding.reason().name())
        .withMessage(cut(finding.message()))
        .withObservedGeneration(generation)
        .withLastTransitionTime(since(finding.type(), status, before, now))
        .build();
  }

  private static String since(
      String type, String status, @Nullable List<Condition> before, Instant now) {
    if (before != null) {
      for (Condition c : before) {
        if (type.equals(c.getType())
            && status.equals(c.getStatus())
            && c.getLastTransitionTime() != null) {
          return c.getLastTransitionTime();
        }
      }
    }
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String cut(String message) {
    return message.length() <= MAX_MESSAGE_CHARS
        ? message
        : message.substring(0, MAX_MESSAGE_CHARS - 1) + "…";
  }
}
