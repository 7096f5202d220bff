// SPDX-License-Identifier: Apache-2.0
/**
 * The node agent: wiring and lifecycle. Everything that can be set is concluded once, before the
 * first thread starts.
 */
@NullMarked
package io.logroute.agent;

import org.jspecify.annotations.NullMarked;
