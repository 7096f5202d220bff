// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.lint.LintProblem;
import io.logroute.lint.Linter;
import io.logroute.operator.compile.AgentRules;
import io.logroute.operator.compile.EndpointRules;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodFacts;
import io.logroute.operator.compile.RouteFacts;
import io.logroute.operator.compile.RouteJudge;
import io.logroute.operator.compile.RouteRules;
import io.logroute.operator.compile.RouteVerdict;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.operator.compile.TableCompiler;
import io.logroute.operator.compile.TableCompiler.Compiled;
import io.logroute.operator.controller.ControlCases.Routing;
import io.logroute.operator.controller.ControlCases.Validation;
import io.logroute.options.LogOptionValidators;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of the control plane, through the operator's pure parts and through lint. */
class ControlCasesTest {

  private final RouteRules rules = new RouteRules(LogOptionValidators.builtIn());
  private final Linter linter = new Linter();

  static List<Validation> validations() {
    return ControlCases.validations();
  }

  static List<Routing> routings() {
    return ControlCases.routings("case", "node");
  }

  @Test
  void shouldBeMany() {
    assertThat(validations().size() + routings().size()).isGreaterThan(160);
  }

  @ParameterizedTest
  @MethodSource("validations")
  void shouldSayTheSameInOperatorAndLint(Validation c) {
    String document = c.document("x", "default");

    if (c.schemaOnly()) {
      assertThat(lint(document)).as("lint holds to the schema").isNotEmpty();
    } else {
      assertThat(operator(c.kind(), document)).isEqualTo(c.says());
      assertThat(lint(document)).containsExactlyInAnyOrderElementsOf(c.says());
    }
  }

  @ParameterizedTest
  @MethodSource("routings")
  void shouldCompileWhatTheCaseSays(Routing c) {
    List<RouteFacts> routes = new ArrayList<>();
    Map<String, LogEndpoint> endpoints = new HashMap<>();
    List<NamespaceFacts> namespaces = new ArrayList<>();
    List<PodFacts> pods = new ArrayList<>();
    for (String object : c.objects()) {
      HasMetadata read = Serialization.unmarshal(object, GenericKubernetesResource.class);
      switch (read.getKind()) {
        case "Namespace" ->
            namespaces.add(NamespaceFacts.of(Serialization.unmarshal(object, Namespace.class)));
        case "Pod" -> pods.add(PodFacts.of(Serialization.unmarshal(object, Pod.class)));
        case "LogRoute" ->
            routes.add(RouteFacts.of(Serialization.unmarshal(object, LogRoute.class)));
        case "ClusterLogRoute" ->
            routes.add(RouteFacts.of(Serialization.unmarshal(object, ClusterLogRoute.class)));
        default ->
            endpoints.put(
                read.getMetadata().getName(), Serialization.unmarshal(object, LogEndpoint.class));
      }
    }
    RouteJudge judge = new RouteJudge(rules, true);
    List<RouteVerdict> verdicts =
        routes.stream()
            .map(
                r ->
                    judge.judge(
                        r, name -> Optional.ofNullable(endpoints.get(name)), namespaces.getFirst()))
            .toList();

    Compiled compiled =
        TableCompiler.compile("node", null, verdicts, name -> namespaces.getFirst(), pods);

    Map<String, TreeSet<String>> table = new TreeMap<>();
    compiled
        .table()
        .pods()
        .getFirst()
        .containers()
        .forEach(
            container ->
                container
                    .routes()
                    .forEach(
                        r ->
                            table
                                .computeIfAbsent(container.name(), name -> new TreeSet<>())
                                .add(r.route() + " " + r.tenantId() + "/" + r.serviceId())));
    assertThat(table).isEqualTo(c.table());
    c.problems()
        .forEach(
            (route, part) ->
                assertThat(String.join("; ", compiled.problems().get(route))).contains(part));
  }

  private List<String> operator(String kind, String document) {
    List<SpecProblem> problems =
        switch (kind) {
          case "LogRoute" ->
              rules.check(Serialization.unmarshal(document, LogRoute.class).getSpec());
          case "ClusterLogRoute" ->
              rules.checkClusterWide(
                  Serialization.unmarshal(document, ClusterLogRoute.class).getSpec());
          case "LogEndpoint" ->
              EndpointRules.check(Serialization.unmarshal(document, LogEndpoint.class).getSpec());
          default -> AgentRules.check(Serialization.unmarshal(document, LogAgent.class).getSpec());
        };
    return problems.stream().map(SpecProblem::sentence).toList();
  }

  private List<String> lint(String document) {
    return linter
        .lint(List.of("-"), new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)))
        .problems()
        .stream()
        .filter(problem -> problem.severity() == LintProblem.Severity.error)
        .map(LintProblem::message)
        .toList();
  }
}
