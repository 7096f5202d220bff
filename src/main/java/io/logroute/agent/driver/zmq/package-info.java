// SPDX-License-Identifier: Apache-2.0
/**
 * The driver {@code zmq}: three-frame messages, or Rainbond's, over PUB and PUSH. The one package
 * of the agent that sees ZeroMQ.
 */
@NullMarked
package io.logroute.agent.driver.zmq;

import org.jspecify.annotations.NullMarked;
