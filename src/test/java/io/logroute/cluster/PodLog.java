// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The log of one container, as kubelet and the runtime lay it out: a folder of CRI files and a link
 * that names the container. A thread of its own writes {@code line 0}, {@code line 1} and so on.
 */
final class PodLog implements AutoCloseable {

  private final Path file;
  private final Path link;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread writer;
  private volatile int written;

  /**
   * @param varLog holds the folders {@code pods} and {@code containers}
   * @param containerId 64 hexadecimal digits
   */
  PodLog(
      Path varLog,
      String namespace,
      String pod,
      String uid,
      String container,
      String containerId,
      long intervalMs) {
    file =
        varLog
            .resolve("pods")
            .resolve(namespace + "_" + pod + "_" + uid)
            .resolve(container)
            .resolve("0.log");
    link =
        varLog
            .resolve("containers")
            .resolve(pod + "_" + namespace + "_" + container + "-" + containerId + ".log");
    writer = Thread.ofPlatform().daemon().unstarted(() -> write(intervalMs));
  }

  PodLog start() {
    try {
      Files.createDirectories(file.getParent());
      Files.createDirectories(link.getParent());
      Files.createFile(file);
      Files.createSymbolicLink(link, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writer.start();
    return this;
  }

  /** How many lines are in the file. */
  int written() {
    return written;
  }

  /** Writes no more. */
  @Override
  public void close() {
    stop.countDown();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(long intervalMs) {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      while (!stop.await(intervalMs, TimeUnit.MILLISECONDS)) {
        String line = Instant.now() + " stdout F line " + written + "\n";
        out.write(line.getBytes(StandardCharsets.UTF_8));
        written++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
