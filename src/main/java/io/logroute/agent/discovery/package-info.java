// SPDX-License-Identifier: Apache-2.0
/**
 * Folders and links become container logs and their generations: what exists on the node, in the
 * order in which it was written.
 */
@NullMarked
package io.logroute.agent.discovery;

import org.jspecify.annotations.NullMarked;
