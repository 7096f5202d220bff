// SPDX-License-Identifier: Apache-2.0
/**
 * A YAML or JSON document as a tree that knows where each value stands, so that whoever finds
 * something wrong can say the line. Nothing in a document is ever turned into an object of its own
 * choosing; size, depth and the work of aliases are bounded.
 */
@NullMarked
package io.logroute.table.tree;

import org.jspecify.annotations.NullMarked;
