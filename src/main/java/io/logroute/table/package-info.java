// SPDX-License-Identifier: Apache-2.0
/**
 * The route table of one node as plain records, with its YAML and JSON form: the one thing that
 * operator and agent share.
 */
@NullMarked
package io.logroute.table;

import org.jspecify.annotations.NullMarked;
