// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.lint.LintProblem.Severity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What documents show together, and selectors that fit nothing. */
class CrossCheckTest {

  @Test
  void shouldSayThatAnEndpointIsMissingOnlyWhereEndpointsAreGiven() {
    String route = route("web", "{endpointRef: {name: centrall}}");

    assertThat(lint(route)).isEmpty();
    assertThat(lint(route + endpoint("central", "{addresses: ['tcp://a:1']}")))
        .containsExactly(
            "4:22 spec.endpointRef.name there is no LogEndpoint 'centrall' in what is given: create"
                + " it, or correct the name");
  }

  @Test
  void shouldSayThatATenantIsNotGranted() {
    String granted =
        endpoint("central", "{addresses: ['tcp://a:1'], access: {tenants: Granted}}")
            + "apiVersion: v1\nkind: Namespace\n"
            + "metadata: {name: team-a, annotations: {logroute.io/tenants: 't1,t2'}}\n---\n";

    assertThat(lint(route("a", "{endpointRef: {name: central}, tenantId: {value: t2}}") + granted))
        .isEmpty();
    assertThat(lint(route("a", "{endpointRef: {name: central}, tenantId: {value: t3}}") + granted))
        .containsExactly(
            "4:49 spec.tenantId.value tenant 't3' is not granted to namespace 'team-a' for"
                + " LogEndpoint 'central': the platform team may list it in the namespace's"
                + " annotation logroute.io/tenants");
  }

  @Test
  void shouldSayThatANamespaceIsNotLetIn() {
    String all =
        route("a", "{endpointRef: {name: central}}")
            + endpoint(
                "central",
                "{addresses: ['tcp://a:1'], access: {namespaceSelector: {matchLabels: {logs: x}}}}")
            + "apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {logs: y}}\n";

    assertThat(lint(all))
        .containsExactly(
            "4:22 spec.endpointRef.name LogEndpoint 'central' does not let namespace 'team-a' in, as"
                + " both are given");
    assertThat(lint(all.replace("logs: y", "logs: x"))).isEmpty();
  }

  @Test
  void shouldSayThatATagMeansNothingWithAcknowledgedDelivery() {
    assertThat(
            lint(
                route("a", "{endpointRef: {name: central}, options: {tag: x}}")
                    + endpoint("central", "{addresses: ['tcp://a:1'], delivery: AtLeastOnce}")))
        .containsExactly(
            "4:48 spec.options.tag option tag means nothing here: delivery of LogEndpoint 'central'"
                + " is AtLeastOnce");
  }

  @Test
  void shouldSayWhichDefaultsOverlapAndWhichRouteNeverDecides() {
    assertThat(
            lint(
                cluster("a", "{zmqAddress: 'tcp://a:1', selector: {matchLabels: {app: x}}}")
                    + cluster("b", "{precedence: Default, zmqAddress: 'tcp://b:1'}")))
        .containsExactly(
            "4:1 spec.precedence overlaps with ClusterLogRoute b, of precedence Default too: both"
                + " send what no LogRoute selects");
    assertThat(
            lint(
                cluster("a", "{zmqAddress: 'tcp://a:1'}")
                    + cluster("b", "{precedence: Always, zmqAddress: 'tcp://b:1'}")))
        .isEmpty();
    assertThat(
            lint(
                route("a", "{zmqAddress: 'tcp://a:1', selector: {matchLabels: {app: x}}}")
                    + route("quiet", "{driver: none}")))
        .containsExactly(
            "4:33 spec.selector never decides: LogRoute team-a/quiet with driver none selects the"
                + " same containers");
    assertThat(
            lint(
                route("a", "{zmqAddress: 'tcp://a:1'}")
                    + route("quiet", "{driver: none, selector: {matchLabels: {app: x}}}")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          selector: {matchLabels: {a: x}, matchExpressions: [{key: a, operator: NotIn, values: [x]}]}   | selector
          selector: {matchLabels: {a: x}, matchExpressions: [{key: a, operator: In, values: [y, z]}]}   | selector
          selector: {matchLabels: {a: x}, matchExpressions: [{key: a, operator: DoesNotExist}]}         | selector
          selector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}  | selector
          selector: {matchExpressions: [{key: a, operator: In, values: [x]}, {key: a, operator: In, values: [y]}]} | selector
          containers: {exclude: ['*']}                                                                  | containers
          containers: {include: [app], exclude: [app]}                                                  | containers
          selector: {matchExpressions: [{key: a, operator: In, values: [x, y]}, {key: a, operator: NotIn, values: [y]}]} |
          selector: {matchExpressions: [{key: a, operator: NotIn, values: [x]}, {key: a, operator: DoesNotExist}]} |
          containers: {exclude: [app]}                                                                  |
          """)
  void shouldSayWhatCanNeverMatch(String part, String field) {
    List<String> said = lint(route("a", "{zmqAddress: 'tcp://a:1', " + part + "}"));

    if (field == null) {
      assertThat(said).isEmpty();
    } else {
      assertThat(said).singleElement().asString().contains(field + " can never match");
    }
  }

  private static String route(String name, String spec) {
    return document("LogRoute", name, ", namespace: team-a", spec);
  }

  private static String cluster(String name, String spec) {
    return document("ClusterLogRoute", name, "", spec);
  }

  private static String endpoint(String name, String spec) {
    return document("LogEndpoint", name, "", spec);
  }

  private static String document(String kind, String name, String metadata, String spec) {
    return "apiVersion: logroute.io/v1alpha1\nkind: %s\nmetadata: {name: %s%s}\nspec: %s\n---\n"
        .formatted(kind, name, metadata, spec);
  }

  private static List<String> lint(String text) {
    return new Linter()
            .lint(List.of("-"), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
            .problems()
            .stream()
            .peek(p -> assertThat(p.severity()).as(p.message()).isEqualTo(Severity.warning))
            .map(p -> p.line() + ":" + p.column() + " " + p.field() + " " + p.message())
            .toList();
  }
}
