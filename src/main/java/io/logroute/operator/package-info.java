// SPDX-License-Identifier: Apache-2.0
/** The control plane: validates, compiles what each node has to do, and deploys the node agents. */
@NullMarked
package io.logroute.operator;

import org.jspecify.annotations.NullMarked;
