// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.discovery.ContainerFolder;
import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.LogFileName;
import io.logroute.agent.discovery.PodsFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generations of one container over all that kubelets do to their files. */
class ContainerLogTest {

  private static final String RECORD = "2026-11-22T10:00:0%d.000000001Z stdout F line %d\n";
  private static final String FIRST_ROTATED = "0.log.20261122-100001";
  private static final String SECOND_ROTATED = "0.log.20261122-100002";

  @TempDir Path pods;

  private final List<String> unreadable = new ArrayList<>();
  private final List<String> vanished = new ArrayList<>();
  private final List<Generation> forgotten = new ArrayList<>();
  private final OpenBudget budget = new OpenBudget(100);
  private Path folder;
  private ContainerLog log;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectories(pods.resolve("ns_pod_uid/app"));
    log =
        new ContainerLog(
            new ContainerFolder("ns", "pod", "uid", "app", folder),
            new KeptCopies(folder),
            budget,
            InstantSource.system(),
            new ContainerLog.Trouble() {
              @Override
              public void unreadable(LogFile file, IOException cause) {
                unreadable.add(file.name().toString());
              }

              @Override
              public void vanished(LogFile file) {
                vanished.add(file.name().toString());
              }

              @Override
              public void forgotten(Generation generation) {
                forgotten.add(generation);
              }
            });
  }

  private static String record(int number) {
    return RECORD.formatted(number, number);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void compress(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gz = new GZIPOutputStream(bytes)) {
      gz.write(Files.readAllBytes(folder.resolve(name)));
    }
    Files.write(folder.resolve(name + ".gz"), bytes.toByteArray());
  }

  private void rename(String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to));
  }

  private void delete(String name) throws IOException {
    Files.delete(folder.resolve(name));
  }

  private void sweep() throws IOException {
    log.update(PodsFolder.files(folder, List.of()));
  }

  private List<String> names() {
    return log.generations().stream().map(generation -> generation.name().toString()).toList();
  }

  private Generation generation(int index) {
    return log.generations().get(index);
  }

  private static String text(Generation generation, long position) throws IOException {
    byte[] bytes = new byte[1_000];
    try (GenerationReader reader = new GenerationReader()) {
      return new String(bytes, 0, reader.read(generation, position, bytes, 0, bytes.length), UTF_8);
    }
  }

  @Test
  void shouldKeepAGenerationWhenItsFileIsRenamed() throws IOException {
    write("0.log", record(1));
    sweep();
    Generation first = generation(0);
    rename("0.log", FIRST_ROTATED);
    write("0.log", record(2));
    sweep();

    assertThat(names()).containsExactly(FIRST_ROTATED, "0.log");
    assertThat(generation(0)).isSameAs(first);
    assertThat(first.isSuperseded()).isTrue();
    assertThat(generation(1).isSuperseded()).isFalse();
    assertThat(text(generation(1), 0)).isEqualTo(record(2));
  }

  @Test
  void shouldKeepAGenerationWhenItsFileIsCompressed() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    compress(FIRST_ROTATED);
    sweep();
    assertThat(names()).containsExactly(FIRST_ROTATED, "0.log");
    delete(FIRST_ROTATED);
    sweep();

    assertThat(names()).containsExactly(FIRST_ROTATED + ".gz", "0.log");
    assertThat(generation(0)).isSameAs(first);
    assertThat(text(first, 5)).isEqualTo(record(1).substring(5));
  }

  @Test
  void shouldKeepAReleasedGenerationWhenItsFileIsCompressed() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    log.release(first);
    compress(FIRST_ROTATED);
    delete(FIRST_ROTATED);
    sweep();
    sweep();

    assertThat(names()).containsExactly(FIRST_ROTATED + ".gz", "0.log");
    assertThat(generation(0)).isSameAs(first);
    assertThat(first.isOpen()).isFalse();
  }

  @Test
  void shouldKeepAReleasedGenerationWhenOneListingLacksIt() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    log.release(first);
    List<LogFile> listing = PodsFolder.files(folder, List.of());
    log.update(listing.subList(1, 2));
    compress(FIRST_ROTATED);
    delete(FIRST_ROTATED);
    sweep();

    assertThat(generation(0)).isSameAs(first);
    assertThat(log.generations()).hasSize(2);
  }

  @Test
  void shouldForgetAReleasedGenerationWhenItsFileStaysAway() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    log.release(generation(0));
    delete(FIRST_ROTATED);
    sweep();
    sweep();

    assertThat(names()).containsExactly("0.log");
  }

  @Test
  void shouldSeeANewFileWhenItHasTheInodeOfAReleasedOne() throws IOException {
    write("0.log", record(1));
    sweep();
    rename("0.log", FIRST_ROTATED);
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    log.release(first);
    compress(FIRST_ROTATED);
    sweep();
    rename(FIRST_ROTATED, "reused");
    rename("0.log", SECOND_ROTATED);
    write("reused", record(3) + record(4));
    rename("reused", "0.log");
    sweep();

    assertThat(names()).containsExactly(FIRST_ROTATED + ".gz", SECOND_ROTATED, "0.log");
    assertThat(generation(0)).isSameAs(first);
    assertThat(text(generation(2), 0)).isEqualTo(record(3) + record(4));
  }

  @Test
  void shouldSeeANewFileWhenItHasTheInodeOfADeletedCopyOfAHeldOne() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    compress(FIRST_ROTATED);
    delete(FIRST_ROTATED);
    sweep();
    rename(FIRST_ROTATED + ".gz", "reused");
    rename("0.log", SECOND_ROTATED);
    Files.writeString(folder.resolve("reused"), record(3));
    rename("reused", "0.log");
    sweep();

    assertThat(first.isPresent()).isFalse();
    assertThat(names()).endsWith("0.log").hasSize(3);
    assertThat(text(generation(2), 0)).isEqualTo(record(3));
    assertThat(text(first, 0)).isEqualTo(record(1));
  }

  @Test
  void shouldTakePlainForCompressedWhenBothAreThereAtFirstSight() throws IOException {
    write(FIRST_ROTATED, record(1));
    compress(FIRST_ROTATED);
    write("0.log", record(2));
    sweep();
    sweep();

    assertThat(names()).containsExactly(FIRST_ROTATED, "0.log");
    assertThat(generation(0).isCompressed()).isFalse();
    delete(FIRST_ROTATED);
    sweep();
    assertThat(log.generations()).hasSize(2);
    assertThat(text(generation(0), 0)).isEqualTo(record(1));
  }

  @Test
  void shouldBeginAnewWhenAFileIsTruncated() throws IOException {
    write("0.log", record(1) + record(2));
    sweep();
    Generation first = generation(0);
    write("0.log", "");
    sweep();
    write("0.log", record(3));
    sweep();

    Generation last = log.generations().getLast();
    assertThat(last).isNotSameAs(first);
    assertThat(text(last, 0)).isEqualTo(record(3));
  }

  @Test
  void shouldGoOnWhenAFileIsRenamedBack() throws IOException {
    write("0.log", record(1));
    sweep();
    Generation first = generation(0);
    rename("0.log", FIRST_ROTATED);
    sweep();
    rename(FIRST_ROTATED, "0.log");
    sweep();

    assertThat(log.generations()).containsExactly(first);
    assertThat(first.isSuperseded()).isFalse();
  }

  @Test
  void shouldHoldADeletedFileUntilItIsReleased() throws IOException {
    write("0.log", record(1));
    sweep();
    Generation first = generation(0);
    delete("0.log");
    sweep();
    sweep();
    log.setGone();
    assertThat(log.isGone()).isTrue();
    assertThat(text(first, 0)).isEqualTo(record(1));
    log.release(first);
    assertThat(log.generations()).isEmpty();
  }

  @Test
  void shouldNotBeGoneWhenItsFolderIsThereAgain() throws IOException {
    write("0.log", record(1));
    sweep();
    log.setGone();
    write("0.log", record(1) + record(2));
    sweep();
    assertThat(log.isGone()).isFalse();
  }

  @Test
  void shouldOrderAsWrittenWhenClocksStepBack() throws IOException {
    write("0.log", record(1));
    sweep();
    rename("0.log", SECOND_ROTATED);
    write("0.log", record(2));
    sweep();
    rename("0.log", FIRST_ROTATED);
    write("0.log", record(3));
    sweep();
    assertThat(names()).containsExactly(SECOND_ROTATED, FIRST_ROTATED, "0.log");
  }

  @Test
  void shouldKeepThePlaceOfAFileThatIsNotWhatItsNameSays() throws IOException {
    write(FIRST_ROTATED + ".gz", "no gzip");
    write("0.log", record(1));
    sweep();
    assertThat(names()).containsExactly(FIRST_ROTATED + ".gz", "0.log");
    assertThat(generation(0).headHash()).isZero();
    write(SECOND_ROTATED + ".gz", "");
    sweep();
    assertThat(names()).hasSize(3);
    assertThat(generation(1).sizeBytes()).isZero();
    assertThat(unreadable).isEmpty();
  }

  @Test
  void shouldKnowADamagedCopyOfAHeldFileByItsName() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    Generation first = generation(0);
    write(FIRST_ROTATED + ".gz", "no gzip");
    delete(FIRST_ROTATED);
    sweep();
    assertThat(log.generations()).hasSize(2).first().isSameAs(first);
    assertThat(text(first, 0)).isEqualTo(record(1));
    assertThat(log.giveUp(first, LossReason.HELD_CAP)).isTrue();
  }

  @Test
  void shouldHoldDeletedBytesOnlyWhileTheirFileHasNoName() throws IOException {
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    assertThat(generation(0).heldUnlinkedBytes()).isZero();
    compress(FIRST_ROTATED);
    delete(FIRST_ROTATED);
    sweep();
    assertThat(generation(0).heldUnlinkedBytes()).isEqualTo(record(1).length());
    assertThat(log.giveUp(generation(0), LossReason.HELD_CAP)).isFalse();
    assertThat(generation(0).heldUnlinkedBytes()).isZero();
    assertThat(generation(0).isCompressed()).isTrue();
    assertThat(text(generation(0), 3)).isEqualTo(record(1).substring(3));
    delete(FIRST_ROTATED + ".gz");
    sweep();
    Generation first = generation(0);
    assertThat(first.heldUnlinkedBytes()).isPositive();
    assertThat(log.giveUp(first, LossReason.HELD_CAP)).isTrue();
    assertThat(first.givenUp()).isEqualTo(LossReason.HELD_CAP);
    assertThat(first.sizeBytes()).isEqualTo(record(1).length());
    sweep();
    assertThat(log.generations()).doesNotContain(first);
    assertThat(forgotten).containsExactly(first);
  }

  @Test
  void shouldGiveUpWhatWasThereWhenAFileIsTruncatedAndWrittenAnewWithinASweep() throws IOException {
    Path file = write("0.log", record(1));
    sweep();
    Generation first = generation(0);
    write("0.log", record(2) + record(3));
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 2_000));
    sweep();
    assertThat(first.givenUp()).isEqualTo(LossReason.ROTATED);
    assertThat(first.sizeBytes()).isEqualTo(record(1).length());
    assertThat(text(log.generations().getLast(), 0)).isEqualTo(record(2) + record(3));
  }

  @Test
  void shouldKnowEveryFileAgainWhenThereIsNoRoomToHoldThemOpen() throws IOException {
    budget.recount(100);
    write(FIRST_ROTATED, record(1));
    write("0.log", record(2));
    sweep();
    assertThat(log.generations()).hasSize(2).noneMatch(Generation::isOpen);
    assertThat(log.generations()).noneMatch(generation -> generation.headHash() == 0);
    Generation first = generation(0);
    compress(FIRST_ROTATED);
    delete(FIRST_ROTATED);
    Files.writeString(folder.resolve("0.log"), record(3), StandardOpenOption.APPEND);
    sweep();
    assertThat(log.generations()).hasSize(2).first().isSameAs(first);
    assertThat(first.sizeBytes()).isEqualTo(record(1).length());
    assertThat(generation(1).sizeBytes()).isEqualTo(record(2).length() * 2L);
    assertThat(log.reopen(first)).isFalse();

    budget.recount(98);
    assertThat(log.reopen(first)).isTrue();
    assertThat(text(first, 7)).isEqualTo(record(1).substring(7));
    log.park(first);
    assertThat(first.isOpen()).isFalse();
    write("0.log", record(4));
    sweep();
    assertThat(log.generations()).hasSize(3);
    assertThat(generation(1).givenUp()).isEqualTo(LossReason.ROTATED);
    assertThat(generation(1).sizeBytes()).isEqualTo(record(2).length() * 2L);
  }

  @Test
  void shouldTellOfAFileThatWasGoneBeforeItCouldBeOpened() throws IOException {
    write("0.log", record(1));
    List<LogFile> listing = PodsFolder.files(folder, List.of());
    delete("0.log");
    log.update(listing);
    assertThat(vanished).isEmpty();
    sweep();
    assertThat(vanished).containsExactly("0.log");
    sweep();
    assertThat(vanished).hasSize(1);
  }

  @Test
  void shouldTellHowLongNobodyHasWrittenOnlyOfWhatItSaw() throws IOException {
    Path file = write("0.log", record(1));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    sweep();
    assertThat(generation(0).quietMs(61_000)).isEqualTo(60_000);
    write("0.log", record(1) + record(2));
    assertThat(generation(0).quietMs(61_000)).isZero();
  }

  @Test
  void shouldParseAndOrderNames() {
    assertThat(LogFileName.parse("0.log.tmp")).isNull();
    assertThat(LogFileName.parse("0.log.20261122-100001.tmp")).isNull();
    assertThat(LogFileName.parse("x.log")).isNull();
    assertThat(LogFileName.parse("0.log.gz")).isNull();
    assertThat(LogFileName.parse("9999999999.log")).isNull();
    List<String> asWritten =
        List.of(
            "2.log.20261121-100001.gz",
            "2.log.20261122-100001.gz",
            "2.log.20261122-100001",
            "2.log",
            "10.log.20250101-000000",
            "10.log");
    assertThat(
            asWritten.reversed().stream()
                .map(LogFileName::parse)
                .map(Objects::requireNonNull)
                .sorted()
                .map(LogFileName::toString))
        .isEqualTo(asWritten);
  }
}
