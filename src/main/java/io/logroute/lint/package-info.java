// SPDX-License-Identifier: Apache-2.0
/** The command {@code lint}: the operator's own rules on files, before anything is applied. */
@NullMarked
package io.logroute.lint;

import org.jspecify.annotations.NullMarked;
