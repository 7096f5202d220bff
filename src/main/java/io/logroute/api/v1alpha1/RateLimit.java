// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * Lines a second of one container, by the lines' own time stamps.
 *
 * @param burst lines at once; absent: one second's worth
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RateLimit(
    @Required
        @Min(1)
        @Max(RateLimit.MAX_LINES)
        @JsonPropertyDescription("Lines a second of one container.")
        long linesPerSecond,
    @Min(1)
        @Max(RateLimit.MAX_LINES)
        @JsonPropertyDescription("Lines at once; default: one second's worth.")
        @Nullable Long burst) {

  /** More than any container writes; what is beyond, an agent's table cannot say. */
  public static final long MAX_LINES = 1_000_000_000;

  /** {@link #burst}, or one second's worth. */
  public long burstOrDefault() {
    return burst == null ? linesPerSecond : burst;
  }
}
