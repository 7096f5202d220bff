// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the operator's Deployment the owner of its Lease, so that Kubernetes deletes the Lease with
 * it: an uninstall leaves nothing. Not a Lease of the chart's own: an upgrade would refuse to take
 * over the one that an earlier operator made. Renewals patch the Lease and leave its owner alone;
 * one that comes between reading and writing makes the API server refuse, and then, as when the
 * Deployment or the right to see it is missing, it is tried again: after 5 s, and then ever later,
 * up to 5 min. Once it is written it is not looked at again.
 *
 * <p>An operator that is ended after its Deployment may look for its Lease once more, find none and
 * make one: only for as long as its rights outlive the Deployment, which is milliseconds with Helm.
 *
 * <p>Used by one thread.
 */
final class LeaseOwner {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseOwner.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final KubernetesClient client;
  private final String namespace;
  private final String deployment;
  private Duration pause = FIRST_PAUSE;
  private Instant next = Instant.MIN;
  private boolean owned;

  LeaseOwner(KubernetesClient client, String namespace, String deployment) {
    this.client = client;
    this.namespace = namespace;
    this.deployment = deployment;
  }

  /**
   * Writes the owner when that has not been done and it is time to try.
   *
   * @param now of a clock that nobody sets
   */
  void look(Instant now) {
    if (owned || now.isBefore(next)) {
      return;
    }
    try {
      take();
      owned = true;
      if (!pause.equals(FIRST_PAUSE)) {
        LOG.info("Lease {}/{}: goes with {} now", namespace, LeaderSettings.LEASE, deployment);
      }
    } catch (KubernetesClientException e) {
      later(now, e);
    }
  }

  private void later(Instant now, KubernetesClientException e) {
    if (pause.equals(FIRST_PAUSE)) {
      LOG.warn(
          "Lease {}/{}: would stay when Deployment {} is deleted, trying again: {}",
          namespace,
          LeaderSettings.LEASE,
          deployment,
          e.getMessage());
    }
    next = now.plus(pause);
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
  }

  private void take() {
    OwnerReference reference = reference();
    Lease lease = client.leases().inNamespace(namespace).withName(LeaderSettings.LEASE).get();
    if (lease == null) {
      throw new KubernetesClientException("there is no such Lease");
    }
    if (!lease.getMetadata().getOwnerReferences().equals(List.of(reference))) {
      client
          .leases()
          .inNamespace(namespace)
          .withName(LeaderSettings.LEASE)
          .edit(l -> l.edit().editMetadata().withOwnerReferences(reference).endMetadata().build());
    }
  }

  private OwnerReference reference() {
    Deployment found =
        client.apps().deployments().inNamespace(namespace).withName(deployment).get();
    if (found == null) {
      throw new KubernetesClientException("there is no such Deployment");
    }
    return new OwnerReferenceBuilder()
        .withApiVersion(found.getApiVersion())
        .withKind(found.getKind())
        .withName(deployment)
        .withUid(found.getMetadata().getUid())
        .build();
  }
}
