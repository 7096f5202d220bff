// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where a tenant or service id comes from. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ValueSource(
    @JsonPropertyDescription("The id itself.") @Size(max = 1024) @Nullable String value,
    @JsonPropertyDescription("The name of a label of the pod that holds the id.") @Size(max = 317)
        @Nullable String fromLabel,
    @JsonPropertyDescription("The name of an annotation of the pod that holds the id.")
        @Size(max = 317)
        @Nullable String fromAnnotation,
    @JsonPropertyDescription(
            "The name of an environment variable with a literal value in the container's"
                + " definition; a value that comes from a ConfigMap, a Secret or a field is not"
                + " resolved.")
        @Size(max = 1024)
        @Nullable String fromEnv,
    @JsonProperty("default")
        @JsonPropertyDescription("The id of a pod that has none, or a bad one; default: 'default'.")
        @Size(max = 1024)
        @Nullable String defaultValue) {

  static final String ONE_RULE =
      "[has(self.value), has(self.fromLabel), has(self.fromAnnotation), has(self.fromEnv)]"
          + ".filter(x, x).size() == 1";
  static final String ONE =
      ": exactly one of value, fromLabel, fromAnnotation and fromEnv must be set";
  static final String VALUE_RULE =
      "!has(self.value) || (self.value.matches('^[A-Za-z0-9._-]{1,128}$')"
          + " && !(self.value in ['.', '..']))";
  static final String DEFAULT_RULE =
      "!has(self.default) || (self.default.matches('^[A-Za-z0-9._-]{1,128}$')"
          + " && !(self.default in ['.', '..']))";
  static final String NO_ID = "not an id: use 1 to 128 of A-Z a-z 0-9 . _ - and not . or .. alone";
}
