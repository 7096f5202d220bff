// SPDX-License-Identifier: Apache-2.0
/**
 * The command {@code demo}: the main job with no cluster, ending with a verdict. {@link
 * io.logroute.demo.NodeModel} writes log files as a kubelet and containerd do, a real agent and a
 * real receiver carry the lines, and {@link io.logroute.demo.Verdict} compares what was written
 * with what the receiver's files hold, line by line and in order.
 */
@NullMarked
package io.logroute.demo;

import org.jspecify.annotations.NullMarked;
