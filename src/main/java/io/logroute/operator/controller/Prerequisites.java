// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.logroute.api.v1alpha1.ApiGroup;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an operator needs of a cluster before it can work: the definitions of its kinds, its
 * namespace, and its rights. Asked at the start, where each thing that is missing is one sentence;
 * later a missing right shows where it is needed.
 */
public final class Prerequisites {

  private static final String COORDINATION = "coordination.k8s.io";
  private static final String[] READ = {"get", "list", "watch"};

  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          LogRoute.class,
          ClusterLogRoute.class,
          LogEndpoint.class,
          LogAgent.class,
          NodeRouteTable.class);

  private final KubernetesClient client;
  private final String namespace;

  /**
   * @param namespace the operator's own
   */
  public Prerequisites(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * One sentence for each thing that is missing; empty when the operator can work.
   *
   * @throws KubernetesClientException when the API server cannot be asked
   */
  public List<String> missing() {
    List<String> missing = new ArrayList<>(definitions());
    if (lacksNamespace()) {
      missing.add("there is no namespace " + namespace + ": kubectl create namespace " + namespace);
    }
    missing.addAll(rights());
    return missing;
  }

  /** Who may not look gets told so by the rights. */
  private boolean lacksNamespace() {
    try {
      return client.namespaces().withName(namespace).get() == null;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return false;
      }
      throw e;
    }
  }

  private List<String> definitions() {
    String names =
        KINDS.stream()
            .filter(kind -> !client.supports(kind))
            .map(HasMetadata::getFullResourceName)
            .collect(Collectors.joining(", "));
    return names.isEmpty()
        ? List.of()
        : List.of("the cluster has no definition of " + names + ": kubectl apply -f crds/");
  }

  private List<String> rights() {
    return needed()
        .filter(need -> !isAllowed(need))
        .map(
            need ->
                "this account may not "
                    + need.getVerb()
                    + " "
                    + need.getResource()
                    + (need.getSubresource() == null ? "" : "/" + need.getSubresource())
                    + (need.getNamespace() == null ? "" : " in namespace " + need.getNamespace())
                    + ": apply the operator's roles (manifests/base/operator-access.yaml)")
        .toList();
  }

  private Stream<ResourceAttributes> needed() {
    return Stream.of(
            of("", "pods", READ),
            of("", "nodes", READ),
            of("", "namespaces", READ),
            of(ApiGroup.NAME, "logroutes", READ),
            of(ApiGroup.NAME, "clusterlogroutes", READ),
            of(ApiGroup.NAME, "logendpoints", READ),
            of(ApiGroup.NAME, "logagents", READ),
            of(ApiGroup.NAME, "noderoutetables", READ),
            of(ApiGroup.NAME, "noderoutetables", "create", "patch", "delete"),
            of("events.k8s.io", "events", "create"),
            statusOf("logroutes", "clusterlogroutes", "logendpoints", "logagents"),
            inNamespace("apps", "daemonsets", "get", "list", "watch", "create", "patch", "delete"),
            inNamespace(COORDINATION, "leases", "get", "create", "update", "patch"))
        .flatMap(needs -> needs);
  }

  private static Stream<ResourceAttributes> of(String group, String resource, String... verbs) {
    return Stream.of(verbs)
        .map(
            verb ->
                new ResourceAttributesBuilder()
                    .withGroup(group)
                    .withResource(resource)
                    .withVerb(verb)
                    .build());
  }

  private static Stream<ResourceAttributes> statusOf(String... resources) {
    return Stream.of(resources)
        .flatMap(resource -> of(ApiGroup.NAME, resource, "patch"))
        .map(need -> need.edit().withSubresource("status").build());
  }

  private Stream<ResourceAttributes> inNamespace(String group, String resource, String... verbs) {
    return of(group, resource, verbs)
        .map(
            need ->
                need.edit()
                    .withNamespace(namespace)
                    .withName(
                        group.equals(COORDINATION) && !need.getVerb().equals("create")
                            ? LeaderSettings.LEASE
                            : null)
                    .build());
  }

  private boolean isAllowed(ResourceAttributes need) {
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withResourceAttributes(need)
            .endSpec()
            .build();
    return Boolean.TRUE.equals(client.resource(review).create().getStatus().getAllowed());
  }
}
