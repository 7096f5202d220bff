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

/** Written by the platform team: a central endpoint, and who may use it. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("lep")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Addresses", jsonPath = ".spec.addresses", type = Type.STRING)
@AdditionalPrinterColumn(name = "Delivery", jsonPath = ".spec.delivery", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class LogEndpoint extends CustomResource<LogEndpointSpec, LogEndpointStatus> {

  private static final long serialVersionUID = 1;

  @Override
  @Required
  @JsonPropertyDescription("Where lines go, how, and who may send them there.")
  public LogEndpointSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected @Nullable LogEndpointSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable LogEndpointStatus initStatus() {
    return null;
  }
}
