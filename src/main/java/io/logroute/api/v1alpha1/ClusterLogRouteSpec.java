// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which pods of which namespaces go where, as which tenant and service. The fields that a LogRoute
 * has too have in its definition the schema and the rules that they have there: {@code
 * CrdGenerator} copies them. (Jackson's unwrapping would say it once, but fabric8 cannot read it.)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterLogRouteSpec(
    @JsonPropertyDescription("Namespaces whose pods are looked at; default: every one.")
        @Nullable LabelSelector namespaceSelector,
    @Default("Default")
        @JsonPropertyDescription(
            "Always: in addition to LogRoutes. Default: only for containers that no accepted"
                + " LogRoute selects, as Docker's daemon-wide log driver.")
        @Nullable Precedence precedence,
    @Nullable LabelSelector selector,
    @Nullable ContainerGlobs containers,
    @Nullable List<OutputStreamName> streams,
    @Nullable String driver,
    @Nullable ValueSource tenantId,
    @Nullable ValueSource serviceId,
    @Nullable String zmqAddress,
    @Nullable NameRef endpointRef,
    @Nullable Backfill backfill,
    @Nullable Map<String, String> options,
    @Nullable Quantity maxLineBytes,
    @Nullable RateLimit rateLimit) {

  /** What a LogRoute's spec has. */
  @JsonIgnore
  public LogRouteSpec route() {
    return new LogRouteSpec(
        selector,
        containers,
        streams,
        driver,
        tenantId,
        serviceId,
        zmqAddress,
        endpointRef,
        backfill,
        options,
        maxLineBytes,
        rateLimit);
  }

  /** {@link #namespaceSelector}, or one that selects every namespace. */
  public LabelSelector namespaceSelectorOrDefault() {
    return namespaceSelector == null ? new LabelSelector() : namespaceSelector;
  }

  /** {@link #precedence}, or {@link Precedence#Default}. */
  public Precedence precedenceOrDefault() {
    return Objects.requireNonNullElse(precedence, Precedence.Default);
  }
}
