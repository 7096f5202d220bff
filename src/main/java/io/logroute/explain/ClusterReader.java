// SPDX-License-Identifier: Apache-2.0
package io.logroute.explain;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.NamespaceFacts;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what decides about a pod. What the user may not read is noted, and the rest still told. */
final class ClusterReader {

  private final KubernetesClient client;
  private final List<String> unread = new ArrayList<>();

  ClusterReader(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Everything about a pod; empty when there is no such pod.
   *
   * @throws KubernetesClientException when the API server does not answer, or the user may not even
   *     read the pod
   */
  Optional<PodQuestion> read(String namespace, String name) {
    Pod pod = client.pods().inNamespace(namespace).withName(name).get();
    if (pod == null) {
      return Optional.empty();
    }
    NamespaceFacts facts =
        orElse(
            "the labels of namespace " + namespace,
            () -> namespace(namespace),
            new NamespaceFacts(namespace, Map.of(), Map.of()));
    List<LogRoute> routes =
        orElse(
            "LogRoutes",
            () -> client.resources(LogRoute.class).inNamespace(namespace).list().getItems(),
            List.of());
    List<ClusterLogRoute> clusterRoutes =
        orElse(
            "ClusterLogRoutes",
            () -> client.resources(ClusterLogRoute.class).list().getItems(),
            List.of());
    Map<String, LogEndpoint> endpoints = orElse("LogEndpoints", this::endpoints, Map.of());
    NodeRouteTable table = table(pod.getSpec().getNodeName());
    return Optional.of(
        new PodQuestion(pod, facts, routes, clusterRoutes, endpoints, table, unread));
  }

  private NamespaceFacts namespace(String name) {
    Namespace namespace = client.namespaces().withName(name).get();
    return NamespaceFacts.of(namespace);
  }

  private Map<String, LogEndpoint> endpoints() {
    return client.resources(LogEndpoint.class).list().getItems().stream()
        .collect(
            Collectors.toMap(endpoint -> endpoint.getMetadata().getName(), Function.identity()));
  }

  private @Nullable NodeRouteTable table(@Nullable String node) {
    return node == null
        ? null
        : orElse(
                "NodeRouteTables",
                () ->
                    Optional.ofNullable(
                        client.resources(NodeRouteTable.class).withName(node).get()),
                Optional.<NodeRouteTable>empty())
            .orElse(null);
  }

  private <T> T orElse(String what, Supplier<T> reading, T otherwise) {
    try {
      return reading.get();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      unread.add("you may not read " + what + ", so this is told without them");
      return otherwise;
    }
  }
}
