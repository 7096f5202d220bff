// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code kubectl apply} says about a wrong document, on a real API server, in its words. */
@ExtendWith(SharedApiServer.class)
class RouteAdmissionIT {

  @Test
  void shouldSayEveryBrokenRuleOfARoute(Kubectl kubectl) {
    String spec = "{options: {zmq-address: 'a:1', mode: x, max-buffer-size: zz}}";

    String err =
        dryRun(
                kubectl,
                """
                apiVersion: logroute.io/v1alpha1
                kind: LogRoute
                metadata: {name: t, namespace: default}
                spec: %s
                """
                    .formatted(spec))
            .err();

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
