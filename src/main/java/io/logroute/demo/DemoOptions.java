// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the demo is asked for.
 *
 * @param duration how long pods write; absent: as long as the lines take, or 8 s
 * @param lines how many they write; absent: as many as the usual pace gives
 * @param keepRunning whether pods go on writing, slowly, after the verdict
 * @param folder where everything is put and left; absent: a temporary one, removed when all is well
 */
public record DemoOptions(
    @Nullable Duration duration, @Nullable Long lines, boolean keepRunning, @Nullable Path folder) {

  private static final Duration USUAL_DURATION = Duration.ofSeconds(8);
  private static final double USUAL_LINES_PER_SECOND = 12_500;

  /** Lines a second that pods write. */
  double linesPerSecond() {
    if (lines == null) {
      return USUAL_LINES_PER_SECOND;
    }
    Duration within = duration == null ? USUAL_DURATION : duration;
    double asked = lines / Math.max(1e-3, within.toMillis() / 1e3);
    return duration == null ? Math.max(USUAL_LINES_PER_SECOND, asked) : asked;
  }

  /** Lines that pods write until the verdict. */
  long totalLines() {
    if (lines != null) {
      return lines;
    }
    Duration within = duration == null ? USUAL_DURATION : duration;
    return Math.max(1, Math.round(USUAL_LINES_PER_SECOND * within.toMillis() / 1e3));
  }
}
