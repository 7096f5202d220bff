// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.Kubectl;
import io.logroute.cluster.SharedApiServer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedApiServer.class)
class LeaseOwnerIT {

  private static final Instant START = Instant.EPOCH;

  private final KubernetesClient client;
  private final Kubectl kubectl;
  private final String namespace;
  private final LeaseOwner owner;

  LeaseOwnerIT(ControlPlane cluster) {
    client = cluster.client();
    kubectl = cluster.kubectl();
    namespace = cluster.createNamespace("owner");
    owner = new LeaseOwner(client, namespace, "logroute-operator");
  }

  @BeforeEach
  void makeLease() {
    kubectl
        .apply(
            """
            apiVersion: coordination.k8s.io/v1
            kind: Lease
            metadata: {name: %s, namespace: %s}
            spec: {holderIdentity: me}
            """
                .formatted(LeaderSettings.LEASE, namespace))
        .orFail();
  }

  @Test
  void shouldMakeTheDeploymentItsOwner() {
    String uid = makeDeployment();

    owner.look(START);

    assertThat(owners()).extracting(OwnerReference::getUid).containsExactly(uid);
    assertThat(
            client.leases().inNamespace(namespace).withName(LeaderSettings.LEASE).get().getSpec())
        .extracting("holderIdentity")
        .isEqualTo("me");
  }

  @Test
  void shouldTryAgainAfterFiveSecondsAndThenLater() {
    owner.look(START);
    String uid = makeDeployment();

    owner.look(START.plusSeconds(4));
    assertThat(owners()).isEmpty();
    owner.look(START.plusSeconds(5));
    assertThat(owners()).extracting(OwnerReference::getUid).containsExactly(uid);
  }

  @Test
  void shouldNotTakeItFromAnotherOnceItWasWritten() {
    makeDeployment();
    owner.look(START);
    kubectl
        .run(
            "patch",
            "lease",
            LeaderSettings.LEASE,
            "-n",
            namespace,
            "--type=merge",
            "-p",
            "{\"metadata\": {\"ownerReferences\": null}}")
        .orFail();

    owner.look(START.plusSeconds(3600));

    assertThat(owners()).isEmpty();
  }

  private List<OwnerReference> owners() {
    return client
        .leases()
        .inNamespace(namespace)
        .withName(LeaderSettings.LEASE)
        .get()
        .getMetadata()
        .getOwnerReferences();
  }

  private String makeDeployment() {
    kubectl
        .apply(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: logroute-operator, namespace: %s}
            spec:
              selector: {matchLabels: {a: b}}
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: none}]}}
            """
                .formatted(namespace))
        .orFail();
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("logroute-operator")
        .get()
        .getMetadata()
        .getUid();
  }
}
