// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.logroute.api.v1alpha1.ClusterLogRoute;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import io.logroute.api.v1alpha1.LogRoute;
import io.logroute.api.v1alpha1.NodeRouteTable;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.PodFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operator knows of the cluster: one informer a kind, shared by all controllers, pods and
 * others reduced to what decides. Reading is safe on any thread; what is read must not be changed.
 */
final class ClusterCache implements AutoCloseable {

  /** Pages of the first list: without them it is one text of 60 MB for 6000 pods. */
  private static final long LIST_LIMIT = 500;

  private static final Duration SYNC_TIMEOUT = Duration.ofMinutes(2);
  private static final String BY_NODE = "node";

  /** What was concluded from an object, as long as it is the one in the store. */
  private record Concluded<O, F>(O object, F facts) {}

  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final Map<String, Concluded<Pod, PodFacts>> podFacts = new ConcurrentHashMap<>();
  private final Map<String, Concluded<Namespace, NamespaceFacts>> namespaceFacts =
      new ConcurrentHashMap<>();
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Namespace> namespaces;
  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<LogRoute> routes;
  private final SharedIndexInformer<ClusterLogRoute> clusterRoutes;
  private final SharedIndexInformer<LogEndpoint> endpoints;
  private final SharedIndexInformer<LogAgent> agents;
  private final SharedIndexInformer<NodeRouteTable> tables;

  ClusterCache(KubernetesClient client) {
    pods = informer(client.pods().inAnyNamespace(), Reductions::pod);
    pods.addIndexers(Map.of(BY_NODE, pod -> listOf(pod.getSpec().getNodeName())));
    namespaces = informer(client.namespaces(), Reductions::namespace);
    nodes = informer(client.nodes(), Reductions::node);
    routes = informer(client.resources(LogRoute.class).inAnyNamespace(), UnaryOperator.identity());
    clusterRoutes = informer(client.resources(ClusterLogRoute.class), UnaryOperator.identity());
    endpoints = informer(client.resources(LogEndpoint.class), UnaryOperator.identity());
    agents = informer(client.resources(LogAgent.class), UnaryOperator.identity());
    tables = informer(client.resources(NodeRouteTable.class), Reductions::table);
  }

  private <T extends HasMetadata> SharedIndexInformer<T> informer(
      Informable<T> source, UnaryOperator<T> reduction) {
    SharedIndexInformer<T> informer =
        source
            .withLimit(LIST_LIMIT)
            .runnableInformer(0)
            .itemStore(new ReducingItemStore<>(reduction))
            .exceptionHandler((started, cause) -> started);
    informers.add(informer);
    return informer;
  }

  private static List<String> listOf(@Nullable String key) {
    return key == null ? List.of() : List.of(key);
  }

  /**
   * Fills the cache and goes on to follow the cluster.
   *
   * @param changes hears of every change, on the informers' threads
   * @throws IllegalStateException with the cause when a first list fails
   */
  void start(ChangeListener changes) {
    pods.addEventHandler(handler(changes::pod));
    namespaces.addEventHandler(handler(changes::namespace));
    nodes.addEventHandler(handler(changes::node));
    routes.addEventHandler(handler(changes::route));
    clusterRoutes.addEventHandler(handler(changes::clusterRoute));
    endpoints.addEventHandler(handler(changes::endpoint));
    agents.addEventHandler(handler(changes::agent));
    tables.addEventHandler(handler(changes::table));
    CompletableFuture<?>[] started =
        informers.stream()
            .map(informer -> informer.start().toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(started).get(SYNC_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading the cluster failed", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("reading the cluster took more than " + SYNC_TIMEOUT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the cluster", e);
    }
  }

  /** Hears of changes; the old or the new object is absent when it was made or deleted. */
  interface ChangeListener {
    void pod(@Nullable Pod before, @Nullable Pod now);

    void namespace(@Nullable Namespace before, @Nullable Namespace now);

    void node(@Nullable Node before, @Nullable Node now);

    void route(@Nullable LogRoute before, @Nullable LogRoute now);

    void clusterRoute(@Nullable ClusterLogRoute before, @Nullable ClusterLogRoute now);

    void endpoint(@Nullable LogEndpoint before, @Nullable LogEndpoint now);

    void agent(@Nullable LogAgent before, @Nullable LogAgent now);

    void table(@Nullable NodeRouteTable before, @Nullable NodeRouteTable now);
  }

  private interface Change<T> {
    void happened(@Nullable T before, @Nullable T now);
  }

  private static <T> ResourceEventHandler<T> handler(Change<T> change) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T object) {
        change.happened(null, object);
      }

      @Override
      public void onUpdate(T before, T now) {
        change.happened(before, now);
      }

      @Override
      public void onDelete(T object, boolean finalStateUnknown) {
        change.happened(object, null);
      }
    };
  }

  /** Whether every informer follows the cluster at the moment. */
  boolean isWatching() {
    return informers.stream().allMatch(SharedIndexInformer::isWatching);
  }

  List<Pod> podsOfNode(String node) {
    return pods.getIndexer().byIndex(BY_NODE, node);
  }

  List<Pod> podsOfNamespace(String namespace) {
    return pods.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
  }

  /** The facts of a pod that stands here. */
  PodFacts facts(Pod pod) {
    String uid = Objects.requireNonNullElse(pod.getMetadata().getUid(), "");
    Concluded<Pod, PodFacts> known = podFacts.get(uid);
    if (known != null && known.object == pod) {
      return known.facts;
    }
    PodFacts facts = PodFacts.of(pod);
    podFacts.put(uid, new Concluded<>(pod, facts));
    return facts;
  }

  /** A pod is gone. */
  void forget(Pod pod) {
    podFacts.remove(Objects.requireNonNullElse(pod.getMetadata().getUid(), ""));
  }

  /** The nodes that have pods of a namespace. */
  Stream<String> nodesOfNamespace(String namespace) {
    return podsOfNamespace(namespace).stream()
        .map(pod -> pod.getSpec().getNodeName())
        .filter(Objects::nonNull)
        .distinct();
  }

  List<LogRoute> routesOfNamespace(String namespace) {
    return routes.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
  }

  Collection<LogRoute> routes() {
    return routes.getStore().list();
  }

  Collection<ClusterLogRoute> clusterRoutes() {
    return clusterRoutes.getStore().list();
  }

  Collection<Namespace> namespaces() {
    return namespaces.getStore().list();
  }

  Optional<LogEndpoint> endpoint(String name) {
    return Optional.ofNullable(endpoints.getStore().getByKey(name));
  }

  Collection<LogEndpoint> endpoints() {
    return endpoints.getStore().list();
  }

  Collection<LogAgent> agents() {
    return agents.getStore().list();
  }

  Collection<Node> nodes() {
    return nodes.getStore().list();
  }

  Optional<Node> node(String name) {
    return Optional.ofNullable(nodes.getStore().getByKey(name));
  }

  Optional<NodeRouteTable> table(String node) {
    return Optional.ofNullable(tables.getStore().getByKey(node));
  }

  Collection<NodeRouteTable> tables() {
    return tables.getStore().list();
  }

  /** A namespace; one that is not known (any more) has no labels. */
  NamespaceFacts namespace(String name) {
    Namespace namespace = namespaces.getStore().getByKey(name);
    if (namespace == null) {
      namespaceFacts.remove(name);
      return new NamespaceFacts(name, Map.of(), Map.of());
    }
    Concluded<Namespace, NamespaceFacts> known = namespaceFacts.get(name);
    if (known != null && known.object == namespace) {
      return known.facts;
    }
    NamespaceFacts facts = NamespaceFacts.of(namespace);
    namespaceFacts.put(name, new Concluded<>(namespace, facts));
    return facts;
  }

  /** What names the cluster: the uid of its namespace kube-system. */
  @Nullable String clusterId() {
    Namespace namespace = namespaces.getStore().getByKey("kube-system");
    return namespace == null ? null : namespace.getMetadata().getUid();
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
  }
}
