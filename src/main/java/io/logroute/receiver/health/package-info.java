// SPDX-License-Identifier: Apache-2.0
/**
 * Whether the receiver lives and whether it can do its work: beats of its threads, and who says
 * what is in the way.
 */
@NullMarked
package io.logroute.receiver.health;

import org.jspecify.annotations.NullMarked;
