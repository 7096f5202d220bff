// SPDX-License-Identifier: Apache-2.0
/** The reference centre: takes lines in and keeps them. */
@NullMarked
package io.logroute.receiver;

import org.jspecify.annotations.NullMarked;
