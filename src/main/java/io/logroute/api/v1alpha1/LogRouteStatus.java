// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a route. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogRouteStatus(
    @JsonPropertyDescription("The generation that this status speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Accepted, ResolvedRefs, Programmed and Ready.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("Pods with at least one container that this route selects.")
        @Nullable Integer matchedPods,
    @JsonPropertyDescription("Nodes that have such pods, and those that run this generation.")
        @Nullable Nodes nodes,
    @JsonPropertyDescription("Where the tenant id comes from, in short.") @Nullable String tenant,
    @JsonPropertyDescription("Where the service id comes from, in short.") @Nullable String service,
    @JsonPropertyDescription("Where lines go, in short.") @Nullable String endpoint,
    @JsonPropertyDescription("The first few problems.") @Nullable List<Problem> problems) {

  /** Counts of nodes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Nodes(
      @JsonPropertyDescription("Nodes with a pod that this route selects.") int desired,
      @JsonPropertyDescription("Those of them that run this generation.") int programmed) {}
}
