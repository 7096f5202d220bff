// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependentResourceConfigBuilder;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.operator.manifest.AgentDaemonSet;
import io.logroute.operator.manifest.AgentSettings;
import io.logroute.operator.manifest.CurveKeys;
import java.util.Objects;
import java.util.Set;

/** The DaemonSet of a LogAgent, kept as the manifest says; owned, so that it goes with it. */
final class AgentDaemonSetResource extends CRUDKubernetesDependentResource<DaemonSet, LogAgent> {

  private final AgentSettings settings;
  private final ClusterCache cache;

  AgentDaemonSetResource(AgentSettings settings, ClusterCache cache) {
    super(DaemonSet.class);
    this.cache = cache;
    this.settings = settings;
    configureWith(
        new KubernetesDependentResourceConfigBuilder<DaemonSet>()
            .withUseSSA(true)
            .withKubernetesDependentInformerConfig(
                InformerConfiguration.builder(DaemonSet.class)
                    .withNamespaces(Set.of(settings.namespace()))
                    .withLabelSelector(AgentDaemonSet.MANAGED_BY + "=" + AgentDaemonSet.OPERATOR)
                    .withOnUpdateFilter(AgentDaemonSetResource::matters)
                    .build())
            .build());
  }

  /** A DaemonSet changes with every pod of it; what is told of it are generations and counts. */
  private static boolean matters(DaemonSet now, DaemonSet before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(Rollouts.of(now), Rollouts.of(before))
        || !Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels());
  }

  @Override
  protected DaemonSet desired(LogAgent agent, Context<LogAgent> context) {
    return AgentDaemonSet.of(agent, settings, CurveKeys.of(cache.endpoints()));
  }
}
