// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Something that is wrong with a route, on a node or everywhere. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    @JsonPropertyDescription("The node that reports it; absent: found by the operator.")
        @Nullable String node,
    @JsonPropertyDescription("When it began, RFC 3339.") @Nullable String since,
    @JsonPropertyDescription("What, where and what to do, in one sentence.")
        @Nullable String message) {}
