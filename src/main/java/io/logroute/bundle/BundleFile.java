// SPDX-License-Identifier: Apache-2.0
package io.logroute.bundle;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a bundle is written.
 *
 * @param path the archive
 * @param folder the one folder in it
 * @param time when it is made, in whole seconds
 */
public record BundleFile(Path path, String folder, Instant time) {

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'logroute-debug-'yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /**
   * The file of a bundle that is made now.
   *
   * @param chosen what the user wants it to be called; absent: a name with the time, here
   */
  public static BundleFile at(Instant now, @Nullable Path chosen) {
    Instant time = now.truncatedTo(ChronoUnit.SECONDS);
    String folder = NAME.format(time);
    return new BundleFile(chosen == null ? Path.of(folder + ".tar.gz") : chosen, folder, time);
  }
}
