// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Says once that something has become unreachable and once that it is back, however often it was
 * tried in between. A cause that differs from the one that was told is told too when it has come
 * three times in a row: an API server that starts passes through several. Not thread-safe.
 */
final class Reachability {

  private static final int TIMES_BEFORE_TOLD = 3;

  private final Logger log;
  private final String what;
  private final InstantSource clock;
  private @Nullable String told;
  private @Nullable String last;
  private int timesInARow;
  private long failingSinceMs;

  /**
   * @param what the subject of each line
   */
  Reachability(Logger log, String what, InstantSource clock) {
    this.log = log;
    this.what = what;
    this.clock = clock;
  }

  /** An attempt failed. */
  void failed(String cause) {
    timesInARow = cause.equals(last) ? timesInARow + 1 : 1;
    last = cause;
    if (told == null) {
      failingSinceMs = clock.millis();
      tell(cause);
    } else if (!cause.equals(told) && timesInARow == TIMES_BEFORE_TOLD) {
      tell(cause);
    }
  }

  /** An attempt succeeded. */
  void works() {
    if (told != null) {
      Duration away = Duration.ofMillis(clock.millis() - failingSinceMs);
      log.info("{} works again after {} s", what, away.toSeconds());
    }
    told = null;
    last = null;
  }

  private void tell(String cause) {
    told = cause;
    log.warn("{} does not work and is tried again: {}", what, cause);
  }
}
