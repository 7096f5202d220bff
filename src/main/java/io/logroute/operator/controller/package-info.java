// SPDX-License-Identifier: Apache-2.0
/** Reconcilers and dependent resources: they read, call the pure parts, and write. */
@NullMarked
package io.logroute.operator.controller;

import org.jspecify.annotations.NullMarked;
