// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.ClusterLogRouteSpec;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.api.v1alpha1.Precedence;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A route, whatever kind it was written as.
 *
 * @param tableName its name in tables: {@code namespace/name}, or a ClusterLogRoute's bare name
 * @param created absent in a file
 * @param spec what both kinds have
 * @param unreadable why it could not be read; absent when it could, or there is none
 */
public record RouteFacts(
    String tableName,
    RouteScope scope,
    long generation,
    @Nullable Instant created,
    @Nullable LogRouteSpec spec,
    @Nullable SpecProblem unreadable) {

  /** The facts of a LogRoute as the API server has it, or as a file has it. */
  public static RouteFacts of(LogRoute route) {
    ObjectMeta metadata = route.getMetadata();
    String namespace = Objects.requireNonNullElse(metadata.getNamespace(), "default");
    return new RouteFacts(
        namespace + "/" + metadata.getName(),
        new RouteScope.OwnNamespace(namespace),
        generationOf(metadata),
        createdOf(metadata),
        route.getSpec(),
        Unreadable.problem(route, route.getSpec() != null).orElse(null));
  }

  /** The facts of a ClusterLogRoute as the API server has it, or as a file has it. */
  public static RouteFacts of(ClusterLogRoute route) {
    ObjectMeta metadata = route.getMetadata();
    ClusterLogRouteSpec spec = route.getSpec();
    RouteScope scope =
        spec == null
            ? new RouteScope.Namespaces(new LabelSelector(), Precedence.Default)
            : new RouteScope.Namespaces(
                spec.namespaceSelectorOrDefault(), spec.precedenceOrDefault());
    return new RouteFacts(
        metadata.getName(),
        scope,
        generationOf(metadata),
        createdOf(metadata),
        spec == null ? null : spec.route(),
        Unreadable.problem(route, spec != null).orElse(null));
  }

  private static long generationOf(ObjectMeta metadata) {
    return Objects.requireNonNullElse(metadata.getGeneration(), 0L);
  }

  private static @Nullable Instant createdOf(ObjectMeta metadata) {
    String created = metadata.getCreationTimestamp();
    return created == null || created.isEmpty() ? null : Instant.parse(created);
  }

  /** The route as people name it: {@code LogRoute team-a/web}, {@code ClusterLogRoute audit}. */
  public String title() {
    return (scope.isClusterWide() ? "ClusterLogRoute " : "LogRoute ") + tableName;
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
