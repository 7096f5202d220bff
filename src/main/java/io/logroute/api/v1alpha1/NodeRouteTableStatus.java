// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the node's agent reports. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeRouteTableStatus(
    @JsonPropertyDescription("The generation of the table that the agent runs now.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Why the newest table is not in use; absent when it is.")
        @Nullable String problem,
    @JsonPropertyDescription("Only the routes that have problems.")
        @Nullable List<RouteReport> routes) {

  /** A route that has problems on this node. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RouteReport(
      @Required @JsonPropertyDescription("The route's name in the table.") String route,
      @JsonPropertyDescription("What is wrong, and since when.")
          @Nullable List<Problem> problems) {}
}
