// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

/**
 * What a driver tells about its connection, for metrics and the node's report. Written by the
 * pipeline's thread, read by any.
 */
public final class ConnectionStatus {

  private volatile boolean connected;
  private volatile String problem = "";
  private volatile long sinceEpochMs;

  /** The endpoint takes lines. */
  public void connected() {
    connected = true;
    problem = "";
  }

  /** The endpoint takes no lines, and why: one clause, in the user's words. */
  public void disconnected(String why) {
    if (connected || problem.isEmpty()) {
      sinceEpochMs = System.currentTimeMillis();
    }
    connected = false;
    problem = why;
  }

  public boolean isConnected() {
    return connected;
  }

  /** Why it takes no lines; empty while it does. */
  public String problem() {
    return problem;
  }

  /** Since when it takes none, milliseconds since the epoch. */
  public long sinceEpochMs() {
    return sinceEpochMs;
  }
}
