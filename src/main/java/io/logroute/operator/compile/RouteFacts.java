// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteSpec;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A route, whatever kind it was written as.
 *
 * @param tableName its name in tables: {@code namespace/name}
 * @param namespace the one whose pods it selects
 * @param created absent in a file
 */
public record RouteFacts(
    String tableName,
    String namespace,
    long generation,
    @Nullable Instant created,
    @Nullable LogRouteSpec spec) {

  /** The facts of a LogRoute as the API server has it, or as a file has it. */
  public static RouteFacts of(LogRoute route) {
    String namespace = Objects.requireNonNullElse(route.getMetadata().getNamespace(), "default");
    String created = route.getMetadata().getCreationTimestamp();
    return new RouteFacts(
        namespace + "/" + route.getMetadata().getName(),
        namespace,
        Objects.requireNonNullElse(route.getMetadata().getGeneration(), 0L),
        created == null ? null : Instant.parse(created),
        route.getSpec());
  }

  /** Where the tenant id comes from, in short. */
  public String tenantInShort() {
    return spec == null ? "" : IdSource.TENANT.inShort(spec.tenantId());
  }

  /** Where the service id comes from, in short. */
  public String serviceInShort() {
    return spec == null ? "" : IdSource.SERVICE.inShort(spec.serviceId());
  }

  /** Where lines go, in short: a LogEndpoint's name, an address, or nothing. */
  public String endpointInShort() {
    if (spec == null) {
      return "";
    }
    if (spec.endpointRef() != null) {
      return RouteRules.nameOf(spec.endpointRef());
    }
    return spec.zmqAddress() != null
        ? spec.zmqAddress()
        : spec.optionsOrDefault().getOrDefault(RouteRules.ZMQ_ADDRESS, "");
  }
}
