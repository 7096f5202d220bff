// SPDX-License-Identifier: Apache-2.0
/**
 * What the receiver shows over HTTP, on the JDK's own server: metrics and health now, with room for
 * the page and the API beside them.
 */
@NullMarked
package io.logroute.receiver.web;

import org.jspecify.annotations.NullMarked;
