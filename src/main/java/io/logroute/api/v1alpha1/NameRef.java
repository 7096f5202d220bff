// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Another object, by name. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NameRef(
    @Required @Size(min = 1, max = 253) @JsonPropertyDescription("The object's name.")
        @Nullable String name) {}
