// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

/**
 * What one stream of one container instance has written, and where it has to arrive.
 *
 * @param origin the container instance and its stream, as a person reads it
 * @param tag the first 12 characters of the container id
 */
record WrittenLog(
    String origin, String tenantId, String serviceId, String tag, LineSequence lines) {}
