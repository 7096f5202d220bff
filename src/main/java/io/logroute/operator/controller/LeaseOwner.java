// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;

/**
 * Makes the operator's Deployment the owner of its Lease, so that Kubernetes deletes the Lease with
 * it: an uninstall leaves nothing. Not a Lease of the chart's own: an upgrade would refuse to take
 * over the one that an earlier operator made. Renewals patch the Lease and leave its owner alone.
 *
 * <p>An operator that is ended after its Deployment may look for its Lease once more, find none and
 * make one: only for as long as its rights outlive the Deployment, which is milliseconds with Helm.
 */
record LeaseOwner(KubernetesClient client, String namespace, OwnerReference reference) {

  /**
   * Looks the Deployment up.
   *
   * @throws KubernetesClientException when it cannot be had
   */
  static LeaseOwner of(KubernetesClient client, String namespace, String deployment) {
    Deployment found =
        client.apps().deployments().inNamespace(namespace).withName(deployment).get();
    if (found == null) {
      throw new KubernetesClientException("there is no such Deployment");
    }
    return new LeaseOwner(
        client,
        namespace,
        new OwnerReferenceBuilder()
            .withApiVersion(found.getApiVersion())
            .withKind(found.getKind())
            .withName(deployment)
            .withUid(found.getMetadata().getUid())
            .build());
  }

  /**
   * Becomes the only owner of this Lease, when it is there.
   *
   * @throws KubernetesClientException when the API server refuses it
   */
  void take(String name) {
    Lease lease = client.leases().inNamespace(namespace).withName(name).get();
    if (lease != null && !lease.getMetadata().getOwnerReferences().equals(List.of(reference))) {
      client.leases().inNamespace(namespace).withName(name).edit(this::owned);
    }
  }

  private Lease owned(Lease lease) {
    return lease.edit().editMetadata().withOwnerReferences(reference).endMetadata().build();
  }
}
