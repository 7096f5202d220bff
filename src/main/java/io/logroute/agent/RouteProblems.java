// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.options.AddressFrom;
import io.logroute.options.EndpointFormat;
import io.logroute.options.LogOptionValidators;
import io.logroute.options.OptionProblem;
import io.logroute.options.TcpAddress;
import io.logroute.options.TenantServiceId;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Why this agent cannot run a route of its table. The operator refuses such routes, so this is for
 * tables written by hand, and for an operator newer than the agent. Pure.
 */
final class RouteProblems {

  private static final String NEEDS_ENDPOINT = "zmq";

  private RouteProblems() {}

  /** One sentence for each problem, by the route's name; routes without one are absent. */
  static Map<String, List<String>> of(
      NodeRouteTable table, LogOptionValidators validators, Predicate<String> isDriver) {
    Map<String, Endpoint> endpoints = new HashMap<>();
    table.endpoints().forEach(endpoint -> endpoints.put(endpoint.name(), endpoint));
    Map<String, List<String>> problems = new TreeMap<>();
    for (Route route : table.routes()) {
      List<String> found = new ArrayList<>();
      if (!isDriver.test(route.driver())) {
        found.add("logger: no log driver named '" + route.driver() + "' is registered");
      }
      for (OptionProblem problem :
          validators.validate(route.driver(), route.options(), AddressFrom.ROUTE)) {
        found.add(problem.sentence());
      }
      found.addAll(ids(table, route));
      if (route.endpoint() == null && route.driver().equals(NEEDS_ENDPOINT)) {
        found.add("a route with driver zmq names no endpoint of the table");
      }
      if (route.endpoint() != null) {
        Endpoint endpoint = Objects.requireNonNull(endpoints.get(route.endpoint()));
        found.addAll(of(endpoint));
        found.addAll(services(table, route, endpoint));
      }
      if (!found.isEmpty()) {
        problems.put(route.name(), found.stream().distinct().toList());
      }
    }
    return problems;
  }

  private static Stream<Assignment> assignments(NodeRouteTable table, Route route) {
    return table.pods().stream()
        .flatMap(pod -> pod.containers().stream())
        .flatMap(container -> container.routes().stream())
        .filter(assignment -> assignment.route().equals(route.name()));
  }

  private static List<String> ids(NodeRouteTable table, Route route) {
    return assignments(table, route)
        .flatMap(assignment -> Stream.of(assignment.tenantId(), assignment.serviceId()))
        .filter(id -> !TenantServiceId.isValid(id))
        .map(id -> TenantServiceId.sentence("id", id))
        .toList();
  }

  private static List<String> services(NodeRouteTable table, Route route, Endpoint endpoint) {
    if (endpoint.delivery() == Delivery.AtLeastOnce) {
      return List.of();
    }
    return assignments(table, route)
        .flatMap(
            assignment ->
                EndpointFormat.of(endpoint.format())
                    .flatMap(format -> format.serviceProblem(assignment.serviceId()))
                    .stream())
        .toList();
  }

  private static List<String> of(Endpoint endpoint) {
    List<String> found = new ArrayList<>();
    endpoint.addresses().forEach(address -> TcpAddress.problem(address).ifPresent(found::add));
    if (endpoint.delivery() == Delivery.AtMostOnce
        && EndpointFormat.of(endpoint.format()).isEmpty()) {
      found.add(
          "endpoint "
              + endpoint.name()
              + " asks for format "
              + endpoint.format()
              + ", which this agent lacks");
    }
    if (endpoint.curve() != null && endpoint.delivery() == Delivery.AtMostOnce) {
      found.add(
          "endpoint "
              + endpoint.name()
              + " asks for CURVE, which this agent does with delivery AtLeastOnce alone");
    }
    return found;
  }
}
