// SPDX-License-Identifier: Apache-2.0
/** Positions on disk: how far each container log was taken over, by each route. */
@NullMarked
package io.logroute.agent.checkpoint;

import org.jspecify.annotations.NullMarked;
