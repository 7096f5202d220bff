// SPDX-License-Identifier: Apache-2.0
/** Pure functions: routes, endpoints and the pods of a node become its route table. */
@NullMarked
package io.logroute.operator.compile;

import org.jspecify.annotations.NullMarked;
