// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.logroute.agent.kubelet.FakeContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kubelets do to files in ways that are known to cost other agents lines, one by one. */
class RotationSequencesTest {

  @TempDir private Path folder;

  private NodeRun run;
  private FakeContainer container;
  private int numbers;

  @BeforeEach
  void startAgent() throws IOException {
    run = new NodeRun(folder, new Random(1));
    container = run.node().container("web");
    run.decide(container, NodeRun.ROUTES);
    run.startAgent();
  }

  /** Every byte arrived, in order, and once but where that is excused. */
  @AfterEach
  void checkAll() throws Exception {
    run.drain();
    run.check();
    run.close();
  }

  private void lines(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      container.line(i % 5 == 4, ("line " + numbers++).getBytes(UTF_8));
    }
  }

  private void setCentresUp(boolean up) {
    NodeRun.ROUTES.forEach(route -> run.centre(route).setUp(up));
  }

  private void kubelet(int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      container.kubelet().step();
    }
  }

  @Test
  void shouldDeliverAllWhenRotatedTwiceWhileItStillReadsTheFirstFile() throws Exception {
    lines(20);
    run.pass(1_500);
    setCentresUp(false);
    lines(500);
    container.kubelet().rotate();
    run.pass(12_000);
    lines(20);
    container.kubelet().rotate();
    lines(20);
    run.pass(12_000);
    setCentresUp(true);
  }

  @Test
  void shouldDeliverAllWhenRotatedTwiceBetweenTwoLooks() throws Exception {
    lines(20);
    run.pass(2_000);
    lines(10);
    container.kubelet().rotate();
    lines(10);
    container.kubelet().rotate();
    lines(10);
  }

  @Test
  void shouldReadOnceWhatWasEmptyWhenOpenedAndCompressedBeforeTheNextLook() throws Exception {
    container.kubelet().rotate();
    run.pass(1_500);
    container.record(false, true, "the beginning of ".getBytes(UTF_8));
    container.kubelet().rotate();
    container.kubelet().rotate();
    run.pass(100);
    container.record(false, false, "a line".getBytes(UTF_8));
  }

  @Test
  void shouldDeliverAllOfALargeFileWhenItsReaderIsStalledForLong() throws Exception {
    setCentresUp(false);
    run.pass(1_500);
    for (int i = 0; i < 300; i++) {
      container.line(false, new byte[9_000]);
    }
    for (int rotation = 0; rotation < 6; rotation++) {
      container.kubelet().rotate();
      lines(5);
      run.pass(15_000);
    }
    run.pass(600_000);
    setCentresUp(true);
  }

  @Test
  void shouldGoOnWhenItWasStoppedOverOneRotation() throws Exception {
    lines(50);
    run.pass(3_000);
    run.stopAgent();
    lines(30);
    container.kubelet().rotate();
    lines(200);
    run.startAgent();
  }

  @Test
  void shouldGoOnInTheCompressedFileWhenItWasStoppedOverThreeRotations() throws Exception {
    lines(50);
    run.pass(3_000);
    run.stopAgent();
    for (int rotation = 0; rotation < 3; rotation++) {
      lines(30);
      container.kubelet().rotate();
    }
    lines(3);
    run.startAgent();
  }

  @Test
  void shouldGoOnInTheOpenFileWhenItsCopyAppears() throws Exception {
    setCentresUp(false);
    lines(300);
    container.kubelet().rotate();
    run.pass(1_500);
    container.kubelet().beginRotation(false);
    for (int step = 0; step < 6; step++) {
      kubelet(1);
      setCentresUp(true);
      run.pass(50);
      setCentresUp(false);
      run.pass(1_200);
    }
    setCentresUp(true);
  }

  @Test
  void shouldReadOneFormWhenTheKubeletEndedBetweenCopyAndRemoval() throws Exception {
    lines(40);
    container.kubelet().rotate();
    lines(40);
    run.stopAgent();
    container.kubelet().beginRotation(false);
    kubelet(4);
    container.kubelet().abandon();
    lines(10);
    run.startAgent();
    run.pass(3_000);
    container.kubelet().rotate();
  }

  @Test
  void shouldNotReadAHalfWrittenCopy() throws Exception {
    lines(40);
    container.kubelet().rotate();
    lines(40);
    run.stopAgent();
    container.kubelet().beginRotation(false);
    kubelet(3);
    container.kubelet().abandon();
    run.startAgent();
    run.pass(3_000);
    container.kubelet().rotate();
  }

  @Test
  void shouldReadOnWhenTheOldLoggerStillWrites() throws Exception {
    lines(10);
    run.pass(2_000);
    container.kubelet().rotate();
    run.pass(300);
    container.lateRecord(false, "late".getBytes(UTF_8));
    lines(10);
    run.pass(300);
    container.lateRecord(true, "later".getBytes(UTF_8));
    run.pass(20_000);
    container.lateRecord(false, "much later".getBytes(UTF_8));
    lines(10);
  }

  @Test
  void shouldKeepOrderWhenTheOldLoggerWritesAfterAQuietHour() throws Exception {
    lines(10);
    run.pass(40_000);
    container.kubelet().rotate();
    lines(10);
    run.pass(400);
    container.lateRecord(false, "written before what is in the new file".getBytes(UTF_8));
  }

  @Test
  void shouldJoinALineWhenItsPiecesStandInThreeFiles() throws Exception {
    container.record(false, true, "one, ".getBytes(UTF_8));
    run.pass(1_100);
    container.kubelet().rotate();
    container.record(true, false, "between".getBytes(UTF_8));
    container.record(false, true, "two, ".getBytes(UTF_8));
    run.pass(1_100);
    container.kubelet().rotate();
    run.pass(1_100);
    container.record(false, false, "three".getBytes(UTF_8));
  }

  @Test
  void shouldGoOnWhenTheRuntimeDidNotReopenAndTheNameIsGivenBack() throws Exception {
    for (int rotation = 0; rotation < 4; rotation++) {
      lines(10);
      container.kubelet().beginRotation(rotation % 2 == 0);
      while (container.kubelet().isRotating()) {
        kubelet(1);
        lines(1);
        run.pass(600);
      }
    }
  }

  @Test
  void shouldDeliverWhatItHoldsWhenRotatedFilesAreDeleted() throws Exception {
    setCentresUp(false);
    for (int rotation = 0; rotation < 3; rotation++) {
      lines(100);
      run.pass(1_100);
      container.kubelet().rotate();
      run.pass(1_100);
    }
    for (int file = 0; file < 3; file++) {
      container.kubelet().removeRotated();
    }
    run.pass(5_000);
    setCentresUp(true);
  }

  @Test
  void shouldBeginAnewWhenAFileIsTruncatedAndGrowsBeyondItsOldSizeAtOnce() throws Exception {
    lines(30);
    run.pass(1_100);
    lines(5);
    container.truncate();
    lines(60);
    run.pass(1_100);
    lines(5);
  }

  @Test
  void shouldEndALongRecordWhenItsFileIsTruncatedWithinIt() throws Exception {
    run.pass(1_100);
    container.record(false, false, new byte[ReadBuffer.BYTES + 70_000]);
    run.pump();
    run.pump();
    container.truncate();
    run.pass(100);
    lines(10);
  }

  @Test
  void shouldKeepOrderWhenAFileIsTruncatedAndRotatedBetweenTwoLooks() throws Exception {
    lines(30);
    run.pass(1_100);
    container.truncate();
    container.record(false, true, "a line that goes on ".getBytes(UTF_8));
    container.kubelet().rotate();
    container.record(false, false, "in the next file".getBytes(UTF_8));
  }

  @Test
  void shouldGiveUpATruncatedFileWhenItWasCompressedBetweenTwoLooks() throws Exception {
    container.kubelet().rotate();
    lines(5);
    run.pass(1_100);
    setCentresUp(false);
    lines(20);
    container.truncate();
    lines(20);
    container.kubelet().rotate();
    container.kubelet().rotate();
    run.pass(1_100);
    setCentresUp(true);
  }

  @Test
  void shouldKeepOrderWhenAHeldFileIsRotatedAndDeletedBetweenTwoLooks() throws Exception {
    run.pass(1_100);
    setCentresUp(false);
    lines(20);
    container.kubelet().rotate();
    lines(20);
    container.kubelet().rotate();
    lines(20);
    container.kubelet().removeRotated();
    run.pass(1_100);
    setCentresUp(true);
  }

  @Test
  void shouldKeepOrderWhenAnUnwantedFilesInodeIsUsedAgain() throws Exception {
    lines(3);
    run.pass(1_100);
    run.decide(container, Set.of());
    run.pass(1_100);
    for (int rotation = 0; rotation < 20; rotation++) {
      container.kubelet().rotate();
      lines(rotation % 3);
      run.conduct();
    }
    run.decide(container, NodeRun.ROUTES);
  }

  @Test
  void shouldMissNothingOfAFileThatWasCompressedWhileNobodyWantedIt() throws Exception {
    for (int i = 0; i < 10; i++) {
      run.decide(container, Set.of());
      container.record(false, true, "the beginning, ".getBytes(UTF_8));
      run.pass(1_100);
      container.kubelet().rotate();
      container.record(false, true, "the middle, ".getBytes(UTF_8));
      run.pass(1_100);
      container.kubelet().rotate();
      container.kubelet().rotate();
      container.record(false, false, "the end".getBytes(UTF_8));
      run.conduct();
      run.decide(container, NodeRun.ROUTES);
      run.pass(5_000);
    }
    assertThat(run.agent().losses()).isEmpty();
  }
}
