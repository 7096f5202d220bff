// SPDX-License-Identifier: Apache-2.0
/**
 * Log options: the registry of validators with Docker's own sentences (moby daemon/logger), sizes
 * and the tag template. Operator, agent and lint share it, so that a wrong option is refused
 * everywhere with the same words.
 */
@NullMarked
package io.logroute.options;

import org.jspecify.annotations.NullMarked;
