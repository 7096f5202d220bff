// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.logroute.api.v1alpha1.NodeRouteTable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** The agents of all nodes: each reports that it runs its table as soon as it sees it. */
public final class FakeAgents implements AutoCloseable, Watcher<NodeRouteTable> {

  private static final PatchContext MERGE =
      new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build();

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
    try {
      client
          .resources(NodeRouteTable.class)
          .withName(node)
          .subresource("status")
          .patch(MERGE, "{\"status\": {\"observedGeneration\": " + generation + "}}");
    } catch (KubernetesClientException e) {
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
