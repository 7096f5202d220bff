// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of an endpoint. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogEndpointStatus(
    @JsonPropertyDescription("The generation that this status speaks of.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("Accepted, ResolvedRefs and Ready.")
        @Nullable List<Condition> conditions) {}
