// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which containers of a selected pod, by globs on their names. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ContainerGlobs(
    @JsonPropertyDescription(
            "Globs (* and ?) of the containers' names, init and ephemeral containers included;"
                + " default: every container.")
        @Size(max = 64)
        @Nullable List<@Size(max = 253) String> include,
    @JsonPropertyDescription("Globs of containers left out; exclude wins over include.")
        @Size(max = 64)
        @Nullable List<@Size(max = 253) String> exclude) {

  public static final ContainerGlobs EVERY = new ContainerGlobs(null, null);

  /** {@link #include}, or every container. */
  public List<String> includeOrDefault() {
    return include == null ? List.of("*") : include;
  }

  /** {@link #exclude}, or none. */
  public List<String> excludeOrDefault() {
    return exclude == null ? List.of() : exclude;
  }
}
