// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import io.logroute.receiver.health.Heartbeat;
import java.util.Optional;

/**
 * A sink that hands lines on to something else, by a thread of its own. What takes nothing holds up
 * acknowledgements, and with them the agents, and nothing else.
 */
public interface Forwarder extends AckedSink, LineSink, AutoCloseable {

  void start();

  /** Beats while the thread works, waits for lines, or waits for what takes them. */
  Heartbeat heartbeat();

  /** Why nothing is taken now, as a sentence; empty when all is well. */
  Optional<String> obstacle();

  /** Hands on what was taken, within a grace, then ends. */
  @Override
  void close();
}
