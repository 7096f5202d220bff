// SPDX-License-Identifier: Apache-2.0
/** Files of the receiver: CRI log files again, by tenant and service. */
@NullMarked
package io.logroute.receiver.store;

import org.jspecify.annotations.NullMarked;
