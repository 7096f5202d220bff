// SPDX-License-Identifier: Apache-2.0
package io.logroute.explain;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/** The command {@code explain} as a function of a cluster. */
public final class Explain {

  private Explain() {}

  /**
   * Why a pod's lines go where they go, as lines of text; empty when there is no such pod.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not
   *     answer, or the user may not read the pod
   */
  public static Optional<List<String>> pod(KubernetesClient client, String namespace, String name) {
    return new ClusterReader(client).read(namespace, name).map(Explanation::of);
  }
}
