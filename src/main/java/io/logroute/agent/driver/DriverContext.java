// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a driver is opened with.
 *
 * @param pipeline the name of the pipeline: the endpoint's name, or the driver's
 * @param node the node's name
 * @param addresses of the endpoint; empty for a driver that takes none
 * @param socket {@code PUB} or {@code PUSH}; empty for a driver that takes none
 * @param format of lines at an endpoint that does not acknowledge, by name; empty for a driver that
 *     takes none
 * @param acknowledged whether the endpoint acknowledges lines: delivery {@code AtLeastOnce}
 * @param bytesPerSecond to the endpoint at most; 0: no limit
 * @param stateFolder where a driver may keep files
 * @param possiblyLost is told how many lines a broken connection may have cost
 * @param wakeUp wakes the pipeline's thread; may be called by any thread
 * @param status what a driver tells about its connection
 * @param curve the keys for connections; null: no CURVE
 */
public record DriverContext(
    String pipeline,
    String node,
    List<String> addresses,
    String socket,
    String format,
    boolean acknowledged,
    long bytesPerSecond,
    Path stateFolder,
    LongConsumer possiblyLost,
    Runnable wakeUp,
    ConnectionStatus status,
    @Nullable CurveKeyFiles curve) {
  public DriverContext {
    addresses = List.copyOf(addresses);
  }

  /** Without CURVE. */
  public DriverContext(
      String pipeline,
      String node,
      List<String> addresses,
      String socket,
      String format,
      boolean acknowledged,
      long bytesPerSecond,
      Path stateFolder,
      LongConsumer possiblyLost,
      Runnable wakeUp,
      ConnectionStatus status) {
    this(
        pipeline,
        node,
        addresses,
        socket,
        format,
        acknowledged,
        bytesPerSecond,
        stateFolder,
        possiblyLost,
        wakeUp,
        status,
        null);
  }
}
