// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is a disk of its own, as large as is said (tmpfs). */
public final class SmallDisk implements AutoCloseable {

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one; skips the test where that is not allowed. */
  public static SmallDisk mount(Path folder, String size) throws IOException {
    Files.createDirectories(folder);
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString()),
        "only root may mount, and only where mounting is allowed");
    return new SmallDisk(folder);
  }

  public void resize(String size) {
    assertThat(command("mount", "-o", "remount,size=" + size, folder.toString())).isTrue();
  }

  private static boolean command(String... command) {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Takes it away, also under open files. */
  @Override
  public void close() {
    command("umount", "-l", folder.toString());
  }
}
