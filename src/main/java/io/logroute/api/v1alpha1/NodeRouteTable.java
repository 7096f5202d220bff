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

/** Written by the operator alone, one a node; the node's agent patches the status. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("nrt")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Generation",
    jsonPath = ".metadata.generation",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Running",
    jsonPath = ".status.observedGeneration",
    type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Problem", jsonPath = ".status.problem", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class NodeRouteTable extends CustomResource<NodeRouteTableSpec, NodeRouteTableStatus> {

  private static final long serialVersionUID = 1;

  @Override
  @Required
  @JsonPropertyDescription("What the node's agent has to do.")
  public NodeRouteTableSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected @Nullable NodeRouteTableSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable NodeRouteTableStatus initStatus() {
    return null;
  }
}
