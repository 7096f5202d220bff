// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What an agent is started with, concluded.
 *
 * @param podsFolder usually {@code /var/log/pods}
 * @param containersFolder usually {@code /var/log/containers}
 * @param stateFolder positions, the last table, what drivers keep
 * @param http where metrics and health are served; port 0 takes a free one
 * @param node the node's name
 * @param graceMs how long what is in flight may take to leave when the agent is stopped
 * @param heldBytes how much of deleted files is held at most
 * @param maxOpenFiles how many log files are open at once at most
 * @param curveFolder where the CURVE keys of endpoints stand
 */
public record AgentOptions(
    Path podsFolder,
    Path containersFolder,
    Path stateFolder,
    InetSocketAddress http,
    String node,
    long graceMs,
    long heldBytes,
    int maxOpenFiles,
    Path curveFolder) {

  /** Where the Secret with CURVE keys is mounted. */
  public static final Path DEFAULT_CURVE_FOLDER = Path.of("/etc/logroute/curve");

  /** What a LogAgent holds of deleted files when it does not say. */
  public static final long DEFAULT_HELD_BYTES = 1L << 30;

  /** With as many open files as this process may have. */
  public AgentOptions(
      Path podsFolder,
      Path containersFolder,
      Path stateFolder,
      InetSocketAddress http,
      String node,
      long graceMs,
      long heldBytes,
      Path curveFolder) {
    this(
        podsFolder,
        containersFolder,
        stateFolder,
        http,
        node,
        graceMs,
        heldBytes,
        OpenFileLimit.ofThisProcess(),
        curveFolder);
  }
}
