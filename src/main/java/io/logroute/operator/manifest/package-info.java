// SPDX-License-Identifier: Apache-2.0
/** Pure functions: a LogAgent becomes a DaemonSet and what it needs. */
@NullMarked
package io.logroute.operator.manifest;

import org.jspecify.annotations.NullMarked;
