// SPDX-License-Identifier: Apache-2.0
/** Which lines go to which drivers: the decision for a container, streams, rate limit, cut. */
@NullMarked
package io.logroute.agent.route;

import org.jspecify.annotations.NullMarked;
