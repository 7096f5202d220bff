// SPDX-License-Identifier: Apache-2.0
/** Conditions, their reasons, and events: pure functions from what was found to what is told. */
@NullMarked
package io.logroute.operator.status;

import org.jspecify.annotations.NullMarked;
