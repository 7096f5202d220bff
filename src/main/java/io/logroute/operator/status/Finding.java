// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.status;

/**
 * What was found for one type of condition.
 *
 * @param type as {@code Accepted}
 * @param met whether the condition's status is {@code True}
 * @param message what, where and what to do, in the user's words
 */
record Finding(String type, boolean met, Reason reason, String message) {}
