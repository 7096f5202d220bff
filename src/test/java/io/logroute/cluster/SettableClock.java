// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The clock of one process, which a test sets: libfaketime, followed by the process in a second.
 */
public final class SettableClock {

  private final String library;
  private final Path file;

  private SettableClock(String library, Path file) {
    this.library = library;
    this.file = file;
  }

  /**
   * A clock that goes right as yet; without libfaketime, and no way to it, the test is skipped.
   *
   * @param file holds how far it is from the machine's
   */
  public static SettableClock create(Path file) throws IOException {
    String library = "";
    try {
      library = ClusterScript.lineOf("faketime.sh", "");
    } catch (IllegalStateException none) {
      Assumptions.abort("no libfaketime: " + none.getMessage());
    }
    SettableClock clock = new SettableClock(library, file);
    clock.set(Duration.ZERO);
    return clock;
  }

  /** Variables for the environment of the process; waiting goes by the machine's clock. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library,
        "FAKETIME_TIMESTAMP_FILE",
        file.toString(),
        "FAKETIME_CACHE_DURATION",
        "1",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0");
  }

  /** Sets it to so much ahead of the machine's, or behind. */
  public void set(Duration ahead) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, "%+d%n".formatted(ahead.toSeconds()));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
