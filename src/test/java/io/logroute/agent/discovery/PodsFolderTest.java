// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodsFolderTest {

  private static final int ROUNDS = 300;
  private static final int ROTATIONS = 3;

  @TempDir private Path root;

  /** Whoever saw the newest file alone would read it before those that were written earlier. */
  @Test
  void shouldNotSeeAFileWithoutThoseThatWereRenamedBeforeIt() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Path folder = Files.createDirectory(root.resolve("pod-" + round));
      List<Object> written = new CopyOnWriteArrayList<>();
      create(folder, written);
      Thread kubelet = Thread.ofPlatform().start(() -> rotate(folder, written));
      while (kubelet.isAlive()) {
        assertWhole(PodsFolder.files(folder, List.of()), List.copyOf(written));
      }
      kubelet.join();
    }
  }

  private static void assertWhole(List<LogFile> listing, List<Object> written) {
    List<Object> seen = listing.stream().map(LogFile::inode).toList();
    int newest = written.size() - 1;
    while (newest >= 0 && !seen.contains(written.get(newest))) {
      newest--;
    }
    assertThat(seen).containsAll(written.subList(0, newest + 1));
  }

  private static void rotate(Path folder, List<Object> written) {
    try {
      for (int i = 0; i < ROTATIONS; i++) {
        Path rotated = folder.resolve("0.log.20261122-10000" + i);
        Files.move(folder.resolve("0.log"), rotated);
        create(folder, written);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void create(Path folder, List<Object> written) throws IOException {
    Path current = Files.createFile(folder.resolve("0.log"));
    written.add(Files.readAttributes(current, BasicFileAttributes.class).fileKey());
  }
}
