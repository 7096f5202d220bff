// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.time.Duration;

/**
 * How much the store keeps, and in what pieces.
 *
 * @param rollBytes a file of this size is rolled
 * @param rollAge a file whose first line is this old is rolled
 * @param retainBytes of all files together; 0: no bound
 * @param retainAge a rolled file that was last written this long ago is deleted; zero: no bound
 * @param maxOpenFiles open at once; more streams than that take turns
 */
public record StoreLimits(
    long rollBytes, Duration rollAge, long retainBytes, Duration retainAge, int maxOpenFiles) {

  public static final int DEFAULT_MAX_OPEN_FILES = 512;
}
