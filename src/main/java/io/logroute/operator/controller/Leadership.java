// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this operator is the one that works. JOSDK renews the Lease; what it does not do is done
 * here: an operator that ends gives the Lease back, so that another goes on within the 2 s of a
 * retry; one that lost it says so, so that it is ended before another may have it; and one that
 * stands by frees a Lease that nobody renews, though its stamp lies in the future, because the
 * clock of its holder was ahead ({@link StaleLease}).
 *
 * <p>What may happen between any two steps: killed while leading, the Lease runs out after 15 s.
 * Killed after the last reconciliation and before the Lease is given back, the same. Lost because
 * the API server is away for 10 s: nothing can be written meanwhile, and reconciliations have 5 s
 * to end before another operator may take over. When the clocks of two operators differ by more
 * than 15 s, the one that is ahead takes the Lease from the other, which notices within 2 s and
 * stands by from then on: tables are the same whoever writes them, so that this costs nothing.
 */
final class Leadership {

  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  private static final Duration LEASE_DURATION = Duration.ofSeconds(15);
  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
  private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);

  /** Longer than any holder that lives leaves it alone. */
  private static final Duration STALE_AFTER = LEASE_DURATION.plusSeconds(5);

  private static final Duration LOOK = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final LeaderSettings settings;
  private final Runnable whenLeading;
  private final InstantSource steadyClock;
  private final StaleLease stale = new StaleLease(STALE_AFTER);
  private final Rounds rounds = new Rounds("lease-look", LOOK, this::look);
  private final @Nullable LeaseOwner owner;
  private final CompletableFuture<Void> lost = new CompletableFuture<>();
  private volatile boolean leading;
  private volatile boolean stopping;

  /**
   * @param whenLeading done once, before the first reconciliation
   * @param steadyClock one that nobody sets
   */
  Leadership(
      KubernetesClient client,
      LeaderSettings settings,
      Runnable whenLeading,
      InstantSource steadyClock) {
    this.client = client;
    this.settings = settings;
    this.whenLeading = whenLeading;
    this.steadyClock = steadyClock;
    owner =
        settings.deployment() == null
            ? null
            : new LeaseOwner(client, settings.namespace(), settings.deployment());
  }

  /** From now on frees a Lease that nobody renews, and gives its own to the Deployment. */
  void start() {
    rounds.start();
  }

  private void look() {
    if (stopping) {
      return;
    }
    if (!leading) {
      freeStaleLease();
    } else if (owner != null) {
      owner.look(steadyClock.instant());
    }
  }

  private void freeStaleLease() {
    try {
      Lease lease = lease();
      boolean isStale = stale.look(lease, steadyClock.instant());
      if (lease != null && isStale) {
        String holder = lease.getSpec().getHolderIdentity();
        free(lease);
        LOG.warn(
            "Lease {}/{}: {} has not renewed it for {} s, though its stamp is newer: free now",
            settings.namespace(),
            LeaderSettings.LEASE,
            holder,
            STALE_AFTER.toSeconds());
      }
    } catch (KubernetesClientException e) {
      LOG.debug("the Lease could not be looked at: {}", e.getMessage());
    }
  }

  private @Nullable Lease lease() {
    return client.leases().inNamespace(settings.namespace()).withName(LeaderSettings.LEASE).get();
  }

  /** Fails when somebody changed it since it was read. */
  private void free(Lease lease) {
    lease.getSpec().setHolderIdentity("");
    client.resource(lease).update();
  }

  LeaderElectionConfiguration configuration() {
    return new LeaderElectionConfiguration(
        LeaderSettings.LEASE,
        settings.namespace(),
        LEASE_DURATION,
        RENEW_DEADLINE,
        RETRY_PERIOD,
        settings.identity(),
        new LeaderCallbacks(this::begin, this::end, this::tell),
        false);
  }

  private void begin() {
    leading = true;
    LOG.info("Lease {}/{}: held, this operator works", settings.namespace(), LeaderSettings.LEASE);
    try {
      whenLeading.run();
    } catch (KubernetesClientException e) {
      leading = false;
      LOG.warn("the operator could not begin to work, starting anew: {}", e.getMessage());
      lost.complete(null);
    }
  }

  private void end() {
    leading = false;
    if (!stopping && lost.complete(null)) {
      LOG.warn(
          "Lease {}/{}: lost, this operator starts anew as a standby",
          settings.namespace(),
          LeaderSettings.LEASE);
    }
  }

  private void tell(String leader) {
    if (!leader.isEmpty() && !leader.equals(settings.identity())) {
      LOG.info("Lease {}/{}: held by {}", settings.namespace(), LeaderSettings.LEASE, leader);
    }
  }

  boolean isLeading() {
    return leading;
  }

  /** Done when the Lease was lost: nothing may be written from then on. */
  CompletableFuture<Void> lost() {
    return lost;
  }

  /** From now on the end of leadership is no loss. */
  void stopping() {
    stopping = true;
    rounds.close();
  }

  /** Gives the Lease back, when it is ours; called when nothing is written any more. */
  void release() {
    try {
      Lease lease = lease();
      if (lease != null && settings.identity().equals(lease.getSpec().getHolderIdentity())) {
        free(lease);
        LOG.info("Lease {}/{}: given back", settings.namespace(), LeaderSettings.LEASE);
      }
    } catch (KubernetesClientException e) {
      LOG.warn(
          "Lease {}/{}: could not be given back, it runs out in {} s: {}",
          settings.namespace(),
          LeaderSettings.LEASE,
          LEASE_DURATION.toSeconds(),
          e.getMessage());
    }
  }
}
