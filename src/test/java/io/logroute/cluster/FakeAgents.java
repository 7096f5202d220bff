// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.logroute.api.v1alpha1.NodeRouteTable;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * The agents of all nodes: each reports that it runs its table as soon as it sees it, with the one
 * request that a real one makes (the client's own patch reads the object first).
 */
public final class FakeAgents implements AutoCloseable, Watcher<NodeRouteTable> {

  private static final String TABLES = "apis/logroute.io/v1alpha1/noderoutetables/";

  private final KubernetesClient client;
  private final Consumer<NodeRouteTable> seen;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final Map<String, Long> reported = new ConcurrentHashMap<>();
  private final Watch watch;

  /**
   * @param seen hears of every table, on one thread
   */
  public FakeAgents(KubernetesClient client, Consumer<NodeRouteTable> seen) {
    this.client = client;
    this.seen = seen;
    watch = client.resources(NodeRouteTable.class).watch(this);
  }

  @Override
  public void eventReceived(Action action, NodeRouteTable table) {
    if (action != Action.ADDED && action != Action.MODIFIED) {
      return;
    }
    seen.accept(table);
    String node = table.getMetadata().getName();
    Long generation = table.getMetadata().getGeneration();
    if (!generation.equals(reported.put(node, generation))) {
      threads.execute(() -> report(node, generation));
    }
  }

  private void report(String node, long generation) {
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(client.getMasterUrl() + TABLES + node + "/status?fieldValidation=Ignore")
            .method(
                "PATCH",
                "application/merge-patch+json",
                "{\"status\": {\"observedGeneration\": " + generation + "}}")
            .setHeader(
                "Accept",
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json")
            .build();
    int code = client.getHttpClient().sendAsync(request, String.class).join().code();
    if (code != HttpURLConnection.HTTP_OK) {
      reported.remove(node);
    }
  }

  @Override
  public void onClose(WatcherException cause) {
    throw new IllegalStateException("the watch of the fake agents ended", cause);
  }

  @Override
  public void close() {
    watch.close();
    threads.shutdownNow();
  }
}
