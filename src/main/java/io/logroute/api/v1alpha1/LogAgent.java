// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Written by the platform team: how agents run on a set of nodes. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("la")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Desired", jsonPath = ".status.desired", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Updated", jsonPath = ".status.updated", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Agents", jsonPath = ".status.ready", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class LogAgent extends CustomResource<LogAgentSpec, LogAgentStatus> {

  private static final long serialVersionUID = 1;

  @Override
  @JsonPropertyDescription("How agents run; nothing in it is required.")
  public @Nullable LogAgentSpec getSpec() {
    return super.getSpec();
  }

  @Override
  protected @Nullable LogAgentSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable LogAgentStatus initStatus() {
    return null;
  }
}
