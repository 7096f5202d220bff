// SPDX-License-Identifier: Apache-2.0
/**
 * What the receiver shows over HTTP, on the JDK's own server: the live page, the API that it and
 * others use, metrics and health. Everything that comes in is data: lengths are bounded, ids are
 * checked before they become paths, and an answer holds at most one page of lines.
 */
@NullMarked
package io.logroute.receiver.web;

import org.jspecify.annotations.NullMarked;
