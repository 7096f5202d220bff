// SPDX-License-Identifier: Apache-2.0
/**
 * A kubelet and a container runtime that write real files, one small step at a time, and remember
 * every byte: what the agent is held to. They know nothing of the agent.
 */
@NullMarked
package io.logroute.agent.kubelet;

import org.jspecify.annotations.NullMarked;
