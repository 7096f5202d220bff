// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * python3 with zmq, that is libzmq: the ZeroMQ peer that shares no code with us. What it needs is
 * installed by {@code src/test/cluster/python-zmq.sh}, when the system has none.
 */
public final class PythonPeer {

  private PythonPeer() {}

  /** What to add to the environment of a python3 so that {@code import zmq} works. */
  public static Map<String, String> environment() {
    return Located.ENVIRONMENT;
  }

  /**
   * Starts a script.
   *
   * @param log takes standard output and standard error, appended
   */
  public static GuardedProcess start(Path log, Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("python3", "-u", script.toString()));
    command.addAll(List.of(arguments));
    return GuardedProcess.start(command, environment(), log);
  }

  private static final class Located {
    static final Map<String, String> ENVIRONMENT = locate();

    private static Map<String, String> locate() {
      String path = ClusterScript.lineOf("python-zmq.sh", "--print-path");
      return path.isEmpty() ? Map.of() : Map.of("PYTHONPATH", path);
    }
  }
}
