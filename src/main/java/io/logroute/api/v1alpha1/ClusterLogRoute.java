// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Written by the platform team: which pods of many namespaces go where, and as whom. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("clr")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Precedence", jsonPath = ".spec.precedence", type = Type.STRING)
@AdditionalPrinterColumn(name = "Tenant", jsonPath = ".status.tenant", type = Type.STRING)
@AdditionalPrinterColumn(name = "Service", jsonPath = ".status.service", type = Type.STRING)
@AdditionalPrinterColumn(name = "Endpoint", jsonPath = ".status.endpoint", type = Type.STRING)
@AdditionalPrinterColumn(name = "Pods", jsonPath = ".status.matchedPods", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Nodes", jsonPath = ".status.nodes.desired", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class ClusterLogRoute extends CustomResource<ClusterLogRouteSpec, LogRouteStatus> {

  private static final long serialVersionUID = 1;

  @Override
  @Required
  @JsonPropertyDescription("Which pods of which namespaces go where, as which tenant and service.")
  public ClusterLogRouteSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected @Nullable ClusterLogRouteSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable LogRouteStatus initStatus() {
    return null;
  }
}
