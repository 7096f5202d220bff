// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.sink;

import java.time.Duration;

/** Takes checked lines over from the sockets. Called from several threads. */
public interface LineSink {

  /**
   * Takes a batch over, waiting for room at most as long as said. A sink that is full makes its
   * callers wait, so that they stop reading and the lines stay where they are: in the socket, and
   * behind that at the sender.
   *
   * @return whether the batch was taken; if not, the caller still has it and may offer it again
   */
  boolean offer(LineBatch batch, Duration timeout);
}
