// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code explain}: why a pod's lines go where they go, or do not. What the cluster says
 * is read once, then judged by the operator's own pure parts, and compared with what the node has.
 */
@NullMarked
package io.logroute.explain;

import org.jspecify.annotations.NullMarked;
