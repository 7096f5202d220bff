// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A free TCP port of the loopback address, from below the range that Linux takes for outgoing
 * connections: it stays free while the server that had it is down.
 */
public final class FreePort {

  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;

  private FreePort() {}

  /** Another port at each call, most likely. */
  public static int next() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
