// SPDX-License-Identifier: Apache-2.0
/** One generation's bytes, in order, held open until taken over; compressed ones included. */
@NullMarked
package io.logroute.agent.tail;

import org.jspecify.annotations.NullMarked;
