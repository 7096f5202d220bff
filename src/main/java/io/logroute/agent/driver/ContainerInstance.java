// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

/**
 * One start of one container.
 *
 * @param cluster uid of the cluster; empty when the table does not say
 * @param node the node's name
 * @param podUid the id in the pod's folder name
 * @param restart how often the container had been restarted
 */
public record ContainerInstance(
    String cluster,
    String node,
    String namespace,
    String pod,
    String podUid,
    String container,
    int restart) {

  /** Its folder below the pods folder. */
  public String folder() {
    return namespace + "_" + pod + "_" + podUid + "/" + container;
  }
}
