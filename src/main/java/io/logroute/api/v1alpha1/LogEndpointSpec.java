// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A central endpoint. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.addresses.all(a, a.matches(" + LogRouteSpec.ADDRESS + "))",
    fieldPath = ".addresses",
    message = LogRouteSpec.NO_ADDRESS,
    messageExpression =
        "\"'\" + self.addresses.filter(a, !a.matches("
            + LogRouteSpec.ADDRESS
            + "))[0] + \"' is "
            + LogRouteSpec.NO_ADDRESS
            + "\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value = "!has(self.format) || self.format in ['three-frame', 'rainbond-frame']",
    fieldPath = ".format",
    message = "this format is not known: use three-frame or rainbond-frame",
    messageExpression =
        "\"format '\" + self.format + \"' is not known: use three-frame or rainbond-frame\"",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "!has(self.bytesPerSecond) || (type(self.bytesPerSecond) == string ? isQuantity(self.bytesPerSecond) && !quantity(self.bytesPerSecond).isLessThan(quantity('1')) : int(self.bytesPerSecond) >= 1)",
    fieldPath = ".bytesPerSecond",
    message = "bytesPerSecond is a quantity of bytes, at least 1",
    reason = "FieldValueForbidden")
public record LogEndpointSpec(
    @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription(
            "tcp://host:port; each node keeps to one and moves to the next when it fails.")
        @Nullable List<@Size(max = 512) String> addresses,
    @Default("AtMostOnce")
        @JsonPropertyDescription(
            "AtMostOnce (ZeroMQ as it is), or AtLeastOnce (the acknowledged protocol).")
        @Nullable Delivery delivery,
    @JsonPropertyDescription(
            "The socket that agents connect, with AtMostOnce only: PUB, the default, or PUSH.")
        @Nullable SocketType socket,
    @Size(max = 63)
        @JsonPropertyDescription(
            "The frames of a line, with AtMostOnce only: three-frame, the default, or rainbond-frame.")
        @Nullable String format,
    @JsonPropertyDescription("Keys, when the endpoint speaks CURVE.") @Nullable Curve curve,
    @JsonPropertyDescription("Who may use the endpoint; default: every namespace, any tenant.")
        @Nullable Access access,
    @JsonPropertyDescription("Bytes a second of one node to this endpoint; default: no limit.")
        @Nullable Quantity bytesPerSecond) {

  /** Where the keys are. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Curve(
      @Required @JsonPropertyDescription("A Secret in the operator's namespace.")
          @Nullable NameRef secretRef) {}

  /** Who may use the endpoint. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Access(
      @JsonPropertyDescription(
              "Namespaces whose LogRoutes may use it; default: all. A ClusterLogRoute may in any case.")
          @Nullable LabelSelector namespaceSelector,
      @Default("Any")
          @JsonPropertyDescription(
              "Any, or Granted: the tenant id of a pod's lines must be listed in annotation"
                  + " logroute.io/tenants or label logroute.io/tenant of the pod's namespace,"
                  + " unless it is written in a ClusterLogRoute.")
          @Nullable Tenants tenants) {}

  /** Which tenant ids a route may use. */
  public enum Tenants {
    Any,
    Granted
  }

  /** {@link #addresses}, or none. */
  public List<String> addressesOrEmpty() {
    return Objects.requireNonNullElse(addresses, List.of());
  }

  /** {@link #delivery}, or {@link Delivery#AtMostOnce}. */
  public Delivery deliveryOrDefault() {
    return Objects.requireNonNullElse(delivery, Delivery.AtMostOnce);
  }

  /** {@link #socket}, or {@link SocketType#PUB}. */
  public SocketType socketOrDefault() {
    return Objects.requireNonNullElse(socket, SocketType.PUB);
  }

  /** {@link #format}, or {@code three-frame}. */
  public String formatOrDefault() {
    return Objects.requireNonNullElse(format, "three-frame");
  }
}
