// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a LogAgent: its nodes, counted. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogAgentStatus(
    @JsonPropertyDescription("The generation that this status speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Accepted, Programmed and Ready.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("Nodes that should run an agent.") @Nullable Integer desired,
    @JsonPropertyDescription("Nodes whose agent is ready.") @Nullable Integer ready,
    @JsonPropertyDescription("Nodes whose agent has the newest template.")
        @Nullable Integer updated) {}
