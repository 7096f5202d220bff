// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.Quantity;
import io.logroute.api.v1alpha1.Delivery;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.NameRef;
import io.logroute.options.ByteQuantity;
import io.logroute.options.EndpointFormat;
import io.logroute.options.TcpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Every rule of a LogEndpoint's spec, for the operator and {@code lint}. */
public final class EndpointRules {

  private static final int MAX_ADDRESSES = 16;

  private EndpointRules() {}

  /** All that is wrong with a spec, sorted by field; a missing spec is a problem too. */
  public static List<SpecProblem> check(@Nullable LogEndpointSpec spec) {
    if (spec == null) {
      return List.of(new SpecProblem("", "spec is missing"));
    }
    List<SpecProblem> problems = new ArrayList<>(addresses(spec.addressesOrEmpty()));
    if (EndpointFormat.of(spec.formatOrDefault()).isEmpty()) {
      problems.add(
          new SpecProblem(
              "format",
              "format '" + spec.format() + "' is not known: use " + EndpointFormat.names()));
    }
    problems.addAll(atLeastOneByte("bytesPerSecond", spec.bytesPerSecond()));
    if (spec.access() != null) {
      problems.addAll(
          LabelSelectors.problems("access.namespaceSelector", spec.access().namespaceSelector()));
    }
    if (spec.curve() != null && isNameless(spec.curve().secretRef())) {
      problems.add(new SpecProblem("curve.secretRef.name", "curve.secretRef.name is missing"));
    }
    return SpecProblem.sorted(problems);
  }

  /** All that is wrong with an endpoint as the operator read it. */
  public static List<SpecProblem> check(LogEndpoint endpoint) {
    return Unreadable.problem(endpoint, endpoint.getSpec() != null)
        .map(List::of)
        .orElseGet(() -> check(endpoint.getSpec()));
  }

  /** What is allowed but means nothing; {@code lint} says so. */
  public static List<SpecProblem> remarks(@Nullable LogEndpointSpec spec) {
    if (spec == null || spec.deliveryOrDefault() == Delivery.AtMostOnce) {
      return List.of();
    }
    List<SpecProblem> remarks = new ArrayList<>();
    if (spec.socket() != null) {
      remarks.add(new SpecProblem("socket", "socket means nothing with delivery AtLeastOnce"));
    }
    if (spec.format() != null) {
      remarks.add(new SpecProblem("format", "format means nothing with delivery AtLeastOnce"));
    }
    return SpecProblem.sorted(remarks);
  }

  private static List<SpecProblem> addresses(List<String> addresses) {
    List<SpecProblem> problems = new ArrayList<>();
    if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
      problems.add(
          new SpecProblem("addresses", "addresses: write 1 to 16 of them, as tcp://host:port"));
    }
    for (String address : addresses) {
      TcpAddress.problem(address)
          .ifPresent(cause -> problems.add(new SpecProblem("addresses", cause)));
    }
    return problems;
  }

  static List<SpecProblem> atLeastOneByte(String field, @Nullable Quantity quantity) {
    if (quantity == null) {
      return List.of();
    }
    OptionalLong bytes = ByteQuantity.parse(quantity.toString());
    return bytes.isPresent() && bytes.getAsLong() >= 1
        ? List.of()
        : List.of(new SpecProblem(field, field + " is a quantity of bytes, at least 1"));
  }

  private static boolean isNameless(@Nullable NameRef ref) {
    return ref == null || RouteRules.nameOf(ref).isEmpty();
  }
}
