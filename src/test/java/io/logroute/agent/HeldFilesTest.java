// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.HeldFiles.Held;
import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.PodsFolder;
import io.logroute.agent.route.Decision;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.KeptCopies;
import io.logroute.agent.tail.OpenBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has to go when too much of deleted files is held. */
class HeldFilesTest {

  private static final int BYTES = 1_000;

  @TempDir Path pods;

  private Held held(String pod, boolean decided, long modifiedMs) throws IOException {
    Path folder = Files.createDirectories(pods.resolve("ns_" + pod + "_uid/app"));
    Path file = Files.write(folder.resolve("0.log"), new byte[BYTES]);
    Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMs));
    ContainerLog log =
        new ContainerLog(
            new ContainerFolder("ns", pod, "uid", "app", folder),
            new KeptCopies(pods.resolve("state")),
            new OpenBudget(100),
            InstantSource.system(),
            new NoTrouble());
    log.update(PodsFolder.files(folder, List.of()));
    Files.delete(file);
    log.update(List.of());
    ContainerState state = new ContainerState(log, null);
    if (decided) {
      state.decision = new Decision.Decided(List.of());
    }
    List<Held> all = HeldFiles.of(List.of(state));
    assertThat(all).singleElement().extracting(Held::bytes).isEqualTo((long) BYTES);
    return all.getFirst();
  }

  /** Everything goes well. */
  private static final class NoTrouble implements ContainerLog.Trouble {
    @Override
    public void unreadable(LogFile file, IOException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void vanished(LogFile file) {
      throw new AssertionError(file);
    }

    @Override
    public void forgotten(Generation generation) {
      throw new AssertionError(generation);
    }
  }

  @Test
  void shouldLetTheOldestUndecidedGoFirst() throws IOException {
    Held oldDecided = held("b", true, 1_000);
    Held oldUndecided = held("d", false, 2_000);
    Held newUndecided = held("c", false, 3_000);
    Held newDecided = held("a", true, 4_000);
    List<Held> all = List.of(newDecided, oldDecided, newUndecided, oldUndecided);

    assertThat(HeldFiles.tooMany(all, 4 * BYTES)).isEmpty();
    assertThat(HeldFiles.tooMany(all, 4 * BYTES - 1)).containsExactly(oldUndecided);
    assertThat(HeldFiles.tooMany(all, 2 * BYTES)).containsExactly(oldUndecided, newUndecided);
    assertThat(HeldFiles.tooMany(all, BYTES))
        .containsExactly(oldUndecided, newUndecided, oldDecided);
    assertThat(HeldFiles.tooMany(all, 0))
        .containsExactly(oldUndecided, newUndecided, oldDecided, newDecided);
  }
}
