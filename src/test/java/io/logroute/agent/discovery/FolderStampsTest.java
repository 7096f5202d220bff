// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStampsTest {

  private static final Instant LONG_AGO = Instant.now().minusSeconds(3_600);

  /** The kernel tells all there is. */
  private static final class Watching implements FolderEvents {
    @Override
    public boolean watch(Path folder) {
      return true;
    }

    @Override
    public boolean watchWrites(Path folder) {
      return false;
    }

    @Override
    public void ignoreWrites(Path folder) {}

    @Override
    public void forget(Path folder) {}

    @Override
    public Changes await(long timeoutMs) {
      return Changes.NONE;
    }

    @Override
    public void wake() {}
  }

  @TempDir Path folder;
  private final FolderStamps unwatched = new FolderStamps(FolderEvents.NONE);
  private final FolderStamps watched = new FolderStamps(new Watching());

  @BeforeEach
  void rest() throws IOException {
    setChanged(LONG_AGO);
  }

  private void setChanged(Instant when) throws IOException {
    Files.setLastModifiedTime(folder, FileTime.from(when));
  }

  @Test
  void shouldListOnceWhatDoesNotChange() {
    assertThat(unwatched.mustList(folder, 0)).isTrue();
    assertThat(unwatched.mustList(folder, 1)).isFalse();
  }

  @Test
  void shouldListAgainWhatGotAnEntry() throws IOException {
    unwatched.mustList(folder, 0);
    Files.createFile(folder.resolve("0.log"));
    assertThat(unwatched.mustList(folder, 1)).isTrue();
  }

  @Test
  void shouldNotTrustAListingThatWasMadeInTheTickOfAChange() throws IOException {
    setChanged(Instant.now());
    assertThat(unwatched.mustList(folder, 0)).isTrue();
    assertThat(unwatched.mustList(folder, 1)).isTrue();
  }

  @Test
  void shouldListInAnyCaseAfterAWhile() {
    unwatched.mustList(folder, 0);
    assertThat(unwatched.mustList(folder, FolderStamps.RELIST_NANOS - 1)).isFalse();
    assertThat(unwatched.mustList(folder, FolderStamps.RELIST_NANOS)).isTrue();
  }

  @Test
  void shouldListWhatIsNotThere() throws IOException {
    unwatched.mustList(folder, 0);
    Path other = folder.resolve("other");
    assertThat(unwatched.mustList(other, 1)).isTrue();
    assertThat(unwatched.mustList(other, 2)).isTrue();
  }

  @Test
  void shouldLookAtAWatchedFolderSeldomUnlessItHadAnEvent() throws IOException {
    watched.mustList(folder, 0);
    Files.createFile(folder.resolve("0.log"));
    assertThat(watched.mustList(folder, FolderStamps.WATCHED_NANOS - 1)).isFalse();
    assertThat(watched.mustList(folder, FolderStamps.WATCHED_NANOS)).isTrue();
    setChanged(LONG_AGO);
    watched.forget(folder);
    assertThat(watched.mustList(folder, 1)).isTrue();
  }
}
