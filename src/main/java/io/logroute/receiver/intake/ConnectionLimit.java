// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZEvent;
import org.zeromq.ZMQ;

/**
 * Ends connections beyond a bound, which JeroMQ has none of. It hears of each connection right
 * after it was accepted ({@code zmq.io.net.tcp.TcpListener.acceptEvent}), on the socket's I/O
 * thread, and shuts what is too much for reading and writing: JeroMQ finds its end, and clears it
 * away as any other. Says the first, counts all. Used by the I/O thread.
 */
final class ConnectionLimit {

  /** What an event hook has to ask for. */
  static final int EVENTS = ZMQ.EVENT_ACCEPTED;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

  private final SocketKind kind;
  private final int most;
  private final IntakeMetrics metrics;
  private final Set<SocketChannel> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean said;

  /**
   * @param most at a time, those that are not through their handshake included
   */
  ConnectionLimit(SocketKind kind, int most, IntakeMetrics metrics) {
    this.kind = kind;
    this.most = most;
    this.metrics = metrics;
  }

  /** Is told of an event of the socket. */
  void take(ZEvent event) {
    Object channel = event.getValue();
    if (channel instanceof SocketChannel accepted) {
      take(accepted);
    }
  }

  private void take(SocketChannel accepted) {
    if (open.size() >= most) {
      open.removeIf(each -> !each.isOpen());
    }
    if (open.size() < most) {
      open.add(accepted);
      return;
    }
    metrics.refusedConnection(kind);
    if (!said) {
      said = true;
      LOG.warn(
          "{} connections are open at the {} socket, further ones are ended: agents try again, a"
              + " second receiver would take them",
          most,
          kind.label());
    }
    try {
      accepted.shutdownInput();
      accepted.shutdownOutput();
    } catch (IOException e) {
      LOG.debug("a connection was gone before it was ended: {}", e.toString());
    }
  }
}
