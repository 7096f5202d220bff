// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

/**
 * What a container instance puts into a tag.
 *
 * @param containerId as the runtime knows it, 64 hex digits; where there is none, what stands for
 *     it
 * @param podUid the id in the pod's folder name
 * @param restart the container's restart count, the {@code n} of {@code n.log}
 * @param imageName as in the pod; empty when nobody asked for it
 */
public record TagValues(
    String containerId,
    String namespace,
    String podName,
    String podUid,
    String containerName,
    int restart,
    String imageName,
    String nodeName) {}
