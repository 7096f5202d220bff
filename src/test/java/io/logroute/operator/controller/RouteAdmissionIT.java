// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import io.logroute.operator.compile.WrongSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl apply} says about a wrong document, on a real API server, in its words. */
@ExtendWith(SharedApiServer.class)
class RouteAdmissionIT {

  static List<WrongSpec> refused() {
    return WrongSpec.all().stream().filter(WrongSpec::fromApiServer).toList();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldRefuseAWrongRouteWithTheSameSentence(WrongSpec wrong, Kubectl kubectl) {
    Kubectl.Result result = dryRun(kubectl, wrong.document("default", "wrong"));

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("The LogRoute \"wrong\" is invalid: ");
    assertThat(result.err()).contains(wrong.sentences().getFirst());
    assertThat(result.err()).doesNotContain("Invalid value: \"object\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{zmqAddress: 'tcp://central.logs.svc:5555'}",
        "{zmqAddress: 'tcp://[fd00::1]:5555'}",
        "{endpointRef: {name: central}, options: {mode: ''}}",
        "{options: {zmq-address: 'tcp://a:1', mode: non-blocking, max-buffer-size: 1.5 MiB, tag: x}}",
        "{driver: none, options: {foo: bar}}",
        "{driver: json-file, options: {max-size: 10m, max-file: '3', tag: x}}",
        "{endpointRef: {name: c}, tenantId: {fromLabel: 'a.b/c', default: d}, maxLineBytes: 16Mi}",
        "{endpointRef: {name: c}, maxLineBytes: 2048, rateLimit: {linesPerSecond: 5}}"
      })
  void shouldTakeARouteThatIsRight(String spec, Kubectl kubectl) {
    dryRun(kubectl, new WrongSpec(spec, List.of(), true).document("default", "right")).orFail();
  }

  @Test
  void shouldSayEveryBrokenRuleOfARoute(Kubectl kubectl) {
    String spec = "{options: {zmq-address: 'a:1', mode: x, max-buffer-size: zz}}";

    String err =
        dryRun(kubectl, new WrongSpec(spec, List.of(), true).document("default", "t")).err();

    assertThat(err)
        .isEqualTo(
            """
            The LogRoute "t" is invalid:\s
            * spec.options: Forbidden: error parsing option zmq-address: 'a:1' is not an address: write tcp://host:port, with a port from 1 to 65535 and an IPv6 address in brackets
            * spec.options: Forbidden: logger: logging mode not supported: x
            * spec.options: Forbidden: logger: max-buffer-size option is only supported with 'mode=non-blocking'
            * spec.options: Forbidden: error parsing option max-buffer-size: invalid size: 'zz'
            """);
  }

  @Test
  void shouldRefuseAWrongEndpointAndAWrongAgent(Kubectl kubectl) {
    String endpoint =
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogEndpoint
        metadata: {name: wrong}
        spec: {addresses: ['tcp://a:1', 'b'], format: json, bytesPerSecond: -1}
        """;
    String agent =
        """
        apiVersion: logroute.io/v1alpha1
        kind: LogAgent
        metadata: {name: wrong}
        spec: {stateDir: var/lib, heldBytes: 0}
        """;

    assertThat(dryRun(kubectl, endpoint).err())
        .contains("'b' is not an address: write tcp://host:port")
        .contains("format 'json' is not known: use three-frame")
        .contains("bytesPerSecond is a quantity of bytes, at least 1");
    assertThat(dryRun(kubectl, agent).err())
        .contains("stateDir, podsDir and containersDir are absolute paths of the node")
        .contains("heldBytes is a quantity of bytes, at least 1");
  }

  @Test
  void shouldDescribeEveryKindToKubectl(Kubectl kubectl) {
    assertThat(kubectl.run("explain", "logroute.spec.tenantId").orFail().out())
        .contains("The tenant id that lines carry");
    assertThat(kubectl.run("api-resources", "--categories=logrouting", "-o", "name").orFail().out())
        .contains(
            "logroutes.", "clusterlogroutes.", "logendpoints.", "logagents.", "noderoutetables.");
  }

  private static Kubectl.Result dryRun(Kubectl kubectl, String document) {
    return kubectl.runWithInput(document, "apply", "--dry-run=server", "-f", "-");
  }
}
