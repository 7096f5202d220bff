// SPDX-License-Identifier: Apache-2.0
package io.logroute.explain;

import io.fabric8.kubernetes.api.model.Pod;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.NamespaceFacts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pod, and all of the cluster that decides about it.
 *
 * @param table of its node; absent when there is none
 * @param unread what could not be read, as sentences
 */
record PodQuestion(
    Pod pod,
    NamespaceFacts namespace,
    List<LogRoute> routes,
    List<ClusterLogRoute> clusterRoutes,
    Map<String, LogEndpoint> endpoints,
    @Nullable NodeRouteTable table,
    List<String> unread) {}
