// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

/**
 * Where a three-frame line belongs: all that such a line says about its origin.
 *
 * @param tenantId a checked id, see {@code contracts}: 1 to 128 of {@code A-Za-z0-9._-}, not {@code
 *     .} or {@code ..}
 * @param serviceId a checked id
 * @param tag the bytes before the first {@code ": "}, one char a byte (ISO 8859-1), unchecked
 */
public record TaggedStream(String tenantId, String serviceId, String tag) {}
