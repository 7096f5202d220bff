// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.condition;
import static io.logroute.operator.controller.OperatorFixture.ready;
import static io.logroute.operator.controller.OperatorFixture.soon;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.logroute.api.v1alpha1.LogRouteStatus;
import io.logroute.api.v1alpha1.Problem;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import io.logroute.operator.controller.ControlCases.Routing;
import io.logroute.operator.controller.ControlCases.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases of the control plane on a real API server: what it refuses in which words, and what the
 * operator makes of all the rest, with all cases in the cluster at once.
 */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlCasesIT {

  private final KubernetesClient client;
  private final OperatorFixture fixture;
  private final String prefix;
  private final String node;
  private final List<Routing> routings;

  ControlCasesIT(ControlPlane cluster) {
    client = cluster.client();
    fixture = OperatorFixture.start(cluster);
    prefix = cluster.unique("case");
    node = fixture.node();
    routings = ControlCases.routings(prefix, node);
  }

  static List<Validation> validations() {
    return ControlCases.validations();
  }

  @AfterAll
  void stop() {
    fixture.close();
    for (Routing c : routings) {
      for (String object : c.objects()) {
        HasMetadata read = client.getKubernetesSerialization().unmarshal(object);
        if (!(read instanceof Pod || read instanceof Namespace)) {
          client.resource(read).delete();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("validations")
  void shouldSayTheSameAtTheApiServer(Validation c) {
    String said = server(c.document("x", "default"));

    if (c.server() == null) {
      assertThat(said).as("the API server takes it").isEmpty();
    } else {
      assertThat(said).contains(c.server()).doesNotContain("Invalid value: \"object\"");
    }
  }

  @Test
  void shouldSayInAcceptedWhatTheApiServerCannot() {
    String namespace = fixture.namespace("", "");
    List<Validation> later = new ArrayList<>();
    for (Validation c : validations()) {
      if (c.kind().equals("LogRoute") && c.server() == null && !c.says().isEmpty()) {
        fixture.apply(c.document("wrong-" + later.size(), namespace));
        later.add(c);
      }
    }
    assertThat(later).hasSizeGreaterThan(10);

    for (int i = 0; i < later.size(); i++) {
      String name = "wrong-" + i;
      String expected = "False InvalidSpec: " + String.join("; ", later.get(i).says());
      soon()
          .untilAsserted(
              () ->
                  assertThat(condition(fixture.route(namespace, name), "Accepted"))
                      .isEqualTo(expected));
    }
  }

  @Test
  void shouldMakeOfEveryCaseWhatItSays() {
    for (Routing c : routings) {
      fixture.apply(String.join("\n---\n", c.objects()));
    }
    Map<String, Map<String, TreeSet<String>>> expected =
        routings.stream().collect(Collectors.toMap(Routing::name, Routing::table));

    soon().untilAsserted(() -> assertThat(tables()).isEqualTo(expected));
    fixture.agentRuns(node);
    for (Routing c : routings) {
      c.ready()
          .forEach(
              (route, part) ->
                  soon().untilAsserted(() -> assertThat(ready(find(route))).contains(part)));
      c.problems()
          .forEach(
              (route, part) ->
                  soon().untilAsserted(() -> assertThat(problems(find(route))).contains(part)));
    }
  }

  private Map<String, Map<String, TreeSet<String>>> tables() {
    Map<String, Map<String, TreeSet<String>>> byNamespace = new TreeMap<>();
    requireNonNull(fixture.table(node))
        .getSpec()
        .pods()
        .forEach(
            pod -> {
              Map<String, TreeSet<String>> table =
                  byNamespace.computeIfAbsent(pod.namespace(), name -> new TreeMap<>());
              pod.containers()
                  .forEach(
                      c ->
                          c.routes()
                              .forEach(
                                  r ->
                                      table
                                          .computeIfAbsent(c.name(), name -> new TreeSet<>())
                                          .add(
                                              r.route()
                                                  + " "
                                                  + r.tenantId()
                                                  + "/"
                                                  + r.serviceId())));
            });
    return byNamespace;
  }

  private CustomResource<?, LogRouteStatus> find(String route) {
    int slash = route.indexOf('/');
    return slash < 0
        ? fixture.clusterRoute(route)
        : fixture.route(route.substring(0, slash), route.substring(slash + 1));
  }

  private static String problems(CustomResource<?, LogRouteStatus> route) {
    return requireNonNullElse(route.getStatus().problems(), List.<Problem>of()).stream()
        .map(problem -> String.valueOf(problem.message()))
        .collect(Collectors.joining("; "));
  }

  private String server(String document) {
    try {
      GenericKubernetesResource object =
          client.getKubernetesSerialization().unmarshal(document, GenericKubernetesResource.class);
      client
          .resource(object)
          .dryRun()
          .fieldValidation(FieldValidateable.Validation.STRICT)
          .create();
      return "";
    } catch (KubernetesClientException e) {
      return String.valueOf(e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage());
    }
  }
}
