// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogEndpointSpec;
import io.logroute.api.v1alpha1.LogRouteSpec;
import io.logroute.operator.compile.RouteVerdict.Cause;
import io.logroute.operator.compile.RouteVerdict.Refusal;
import io.logroute.options.ByteQuantity;
import io.logroute.options.EndpointFormat;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides what a route is worth: valid, allowed, and its endpoint to be used or not. A pure
 * function of what it is given; safe on any thread.
 */
public final class RouteJudge {

  /** What is beyond no network has, and an agent's table cannot say. */
  private static final long MAX_BYTES_PER_SECOND = 1_000_000_000_000_000L;

  private final RouteRules rules;
  private final boolean inlineAddressesAllowed;

  /**
   * @param inlineAddressesAllowed whether a route may name an address itself; agents dial it
   */
  public RouteJudge(RouteRules rules, boolean inlineAddressesAllowed) {
    this.rules = rules;
    this.inlineAddressesAllowed = inlineAddressesAllowed;
  }

  /**
   * Judges a route.
   *
   * @param endpoints LogEndpoints by name
   * @param namespace that of a LogRoute; of a ClusterLogRoute nobody looks at it: the platform
   *     team, who say which namespaces may use an endpoint, wrote the route themselves
   */
  public RouteVerdict judge(
      RouteFacts route,
      Function<String, Optional<LogEndpoint>> endpoints,
      NamespaceFacts namespace) {
    List<Refusal> refusals = refusals(route);
    LogRouteSpec spec = route.spec();
    if (!refusals.isEmpty() || spec == null) {
      return new RouteVerdict(route, refusals, null, null, null);
    }
    if (!spec.driverOrDefault().equals(RouteRules.ZMQ)) {
      return new RouteVerdict(route, List.of(), null, null, null);
    }
    if (spec.endpointRef() == null) {
      return new RouteVerdict(route, List.of(), null, inline(route.endpointInShort()), null);
    }
    return byReference(route, RouteRules.nameOf(spec.endpointRef()), endpoints, namespace);
  }

  private List<Refusal> refusals(RouteFacts route) {
    LogRouteSpec spec = route.spec();
    List<Refusal> refusals = new ArrayList<>();
    for (SpecProblem problem : rules.checkFacts(route)) {
      refusals.add(new Refusal(Cause.InvalidSpec, problem.sentence()));
    }
    if (!inlineAddressesAllowed && spec != null && hasInlineAddress(spec)) {
      refusals.add(
          new Refusal(
              Cause.InlineAddressForbidden,
              "addresses in a route are forbidden in this cluster: ask the platform team for a"
                  + " LogEndpoint and name it in endpointRef"));
    }
    return refusals;
  }

  private static boolean hasInlineAddress(LogRouteSpec spec) {
    return spec.driverOrDefault().equals(RouteRules.ZMQ)
        && (spec.zmqAddress() != null
            || spec.optionsOrDefault().containsKey(RouteRules.ZMQ_ADDRESS));
  }

  /**
   * The address is the name: no LogEndpoint can have that name, and routes with one address share
   * one connection.
   */
  private static Endpoint inline(String address) {
    return new Endpoint(
        address,
        List.of(address),
        Delivery.AtMostOnce,
        Socket.PUB,
        EndpointFormat.THREE_FRAME.text(),
        null,
        0);
  }

  private static RouteVerdict byReference(
      RouteFacts route,
      String name,
      Function<String, Optional<LogEndpoint>> endpoints,
      NamespaceFacts namespace) {
    Optional<LogEndpoint> endpoint = endpoints.apply(name);
    if (endpoint.isEmpty()) {
      return unresolved(
          route,
          Cause.EndpointNotFound,
          "there is no LogEndpoint '" + name + "': create it, or correct endpointRef.name");
    }
    LogEndpointSpec spec = endpoint.get().getSpec();
    List<SpecProblem> problems = EndpointRules.check(endpoint.get());
    if (!problems.isEmpty() || spec == null) {
      return unresolved(
          route,
          Cause.EndpointNotAccepted,
          "LogEndpoint '"
              + name
              + "' is not valid: "
              + problems.stream().map(SpecProblem::sentence).collect(Collectors.joining("; ")));
    }
    LogEndpointSpec.Access access = spec.access();
    if (access != null
        && !route.scope().isClusterWide()
        && access.namespaceSelector() != null
        && !LabelSelectors.matches(access.namespaceSelector(), namespace.labels())) {
      return unresolved(
          route,
          Cause.EndpointNotPermitted,
          "LogEndpoint '"
              + name
              + "' does not let namespace '"
              + namespace.name()
              + "' in: the platform team may label the namespace as its access.namespaceSelector"
              + " says, or change that");
    }
    return new RouteVerdict(route, List.of(), null, tableEndpoint(name, spec), access);
  }

  private static RouteVerdict unresolved(RouteFacts route, Cause cause, String sentence) {
    return new RouteVerdict(route, List.of(), new Refusal(cause, sentence), null, null);
  }

  private static Endpoint tableEndpoint(String name, LogEndpointSpec spec) {
    return new NodeRouteTable.Endpoint(
        name,
        spec.addressesOrEmpty(),
        Delivery.valueOf(spec.deliveryOrDefault().name()),
        Socket.valueOf(spec.socketOrDefault().name()),
        spec.formatOrDefault(),
        spec.curve() == null ? null : name,
        spec.bytesPerSecond() == null
            ? 0
            : Math.min(
                MAX_BYTES_PER_SECOND,
                ByteQuantity.parse(spec.bytesPerSecond().toString()).orElse(0)));
  }
}
