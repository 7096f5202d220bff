// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.manifest;

import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.NameRef;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whose CURVE keys agents get: those of an endpoint, out of a Secret in the operator's namespace.
 *
 * @param endpoint the name that a node's table calls the keys by
 * @param secret the Secret's name, as the API server takes it
 */
public record CurveKeys(String endpoint, String secret) {

  /** The keys of the Secret, which are the ends of the files' names too. */
  static final List<String> FILES = List.of("public", "secret", "server");

  private static final int MAX_NAME_CHARS = 253;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

  /**
   * The keys of all endpoints that have some, by name. One whose Secret cannot have that name is
   * left out, since it would keep every agent from being changed: its own status and the agents say
   * what is missing.
   */
  public static List<CurveKeys> of(Collection<LogEndpoint> endpoints) {
    return endpoints.stream()
        .flatMap(endpoint -> of(endpoint).stream())
        .sorted(Comparator.comparing(CurveKeys::endpoint))
        .toList();
  }

  /** The keys of an endpoint; empty when it speaks no CURVE. */
  public static Optional<CurveKeys> of(@Nullable LogEndpoint endpoint) {
    LogEndpointSpec spec = endpoint == null ? null : endpoint.getSpec();
    NameRef secret = spec == null || spec.curve() == null ? null : spec.curve().secretRef();
    String name = secret == null ? null : secret.name();
    return endpoint != null
            && name != null
            && name.length() <= MAX_NAME_CHARS
            && NAME.matcher(name).matches()
        ? Optional.of(new CurveKeys(endpoint.getMetadata().getName(), name))
        : Optional.empty();
  }
}
