// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The agent's folder on the node, locked for as long as it runs: two agents on the same positions
 * would send everything twice and then forget about half of it.
 */
final class StateFolder implements AutoCloseable {

  private final FileChannel channel;
  private final FileLock lock;

  private StateFolder(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Makes the folder when it is missing, and locks it.
   *
   * @throws AgentStartException when that cannot be done, with the cause and the way out
   */
  static StateFolder lock(Path folder) {
    FileChannel channel = open(folder);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new StateFolder(channel, lock);
      }
      channel.close();
    } catch (OverlappingFileLockException e) {
      throw inUse(folder);
    } catch (IOException e) {
      throw new AgentStartException(
          "the state folder " + folder + " cannot be locked (" + e.getMessage() + ")");
    }
    throw inUse(folder);
  }

  private static FileChannel open(Path folder) {
    try {
      Files.createDirectories(folder);
      return FileChannel.open(
          folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new AgentStartException(
          "the state folder " + folder + " is not a folder: name one with --state-dir");
    } catch (IOException e) {
      throw new AgentStartException(
          "the state folder "
              + folder
              + " cannot be written ("
              + e.getClass().getSimpleName()
              + "): name one with --state-dir that can");
    }
  }

  private static AgentStartException inUse(Path folder) {
    return new AgentStartException(
        "the state folder "
            + folder
            + " is in use by another agent: stop it, or name another with --state-dir");
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
