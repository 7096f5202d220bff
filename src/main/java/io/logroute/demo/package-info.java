// SPDX-License-Identifier: Apache-2.0
/** The command {@code demo}: the main job with no cluster, ending with a verdict. */
@NullMarked
package io.logroute.demo;

import org.jspecify.annotations.NullMarked;
