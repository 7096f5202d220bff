// SPDX-License-Identifier: Apache-2.0
/** Log drivers and their registry. A driver takes lines, says its name, and closes. */
@NullMarked
package io.logroute.agent.driver;

import org.jspecify.annotations.NullMarked;
