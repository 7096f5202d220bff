// SPDX-License-Identifier: Apache-2.0
/** CRI and Docker JSON records, and the joining of partial lines, on bytes. */
@NullMarked
package io.logroute.agent.cri;

import org.jspecify.annotations.NullMarked;
