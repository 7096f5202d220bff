// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.logroute.agent.kubelet.FakeContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Containers, agents and centres that begin and end in ways that are known to cost other agents
 * lines, and what runtimes write, one by one.
 */
class LifeSequencesTest {

  @TempDir private Path folder;

  private NodeRun run;
  private FakeContainer container;
  private int numbers;

  @BeforeEach
  void startAgent() throws IOException {
    run = new NodeRun(folder, new Random(2));
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

  /** Begins anew, with next to no room for what is held of deleted files. */
  private void holdNothing() throws IOException {
    NodeConditions usual = NodeConditions.USUAL;
    NodeConditions tight =
        new NodeConditions(
            1, usual.maxOpenFiles(), usual.backfill(), usual.rateLimit(), usual.options());
    run.close();
    run = new NodeRun(Files.createDirectory(folder.resolve("tight")), new Random(2), tight);
    container = run.node().container("web");
    run.decide(container, NodeRun.ROUTES);
    run.startAgent();
  }

  private void giveUpAFileWithLinesInFlight() throws Exception {
    run.pass(1_100);
    lines(container, 40);
    run.clock().advanceMs(300);
    run.agent().pump(0);
    run.agent().pump(1);
    setCentresUp(false);
    container.delete();
    run.pass(3_000);
  }

  private void lines(FakeContainer to, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      to.line(i % 5 == 4, ("line " + numbers++).getBytes(UTF_8));
    }
  }

  private void setCentresUp(boolean up) {
    NodeRun.ROUTES.forEach(route -> run.centre(route).setUp(up));
  }

  private long arrived(String route) {
    return run.centre(route).arrived().size();
  }

  @Test
  void shouldDeliverAPodThatIsGoneBeforeTheTableKnowsIt() throws Exception {
    run.pass(1_100);
    FakeContainer job = run.node().container("job");
    lines(job, 7);
    run.pass(1_050);
    job.delete();
    run.pass(60_000);
    run.decide(job, NodeRun.ROUTES);
    run.pass(5_000);
    assertThat(arrived("plain")).isEqualTo(7);
    assertThat(arrived("acked")).isEqualTo(7);
  }

  @Test
  void shouldDeliverAllOfAPodThatIsDeletedWhileTheCentresAreAway() throws Exception {
    setCentresUp(false);
    for (int i = 0; i < 100; i++) {
      container.line(false, new byte[20_000]);
    }
    run.pass(1_100);
    container.delete();
    run.pass(120_000);
    setCentresUp(true);
    run.pass(20_000);
    assertThat(arrived("acked")).isEqualTo(100);
  }

  @Test
  void shouldDeliverEveryInstanceOfACrashLoop() throws Exception {
    for (int instance = 0; instance < 8; instance++) {
      lines(container, 10);
      container.record(false, true, "dying".getBytes(UTF_8));
      run.pass(1_200);
      container.crash();
    }
    run.pass(10_000);
    assertThat(arrived("acked")).isEqualTo(88);
  }

  @Test
  void shouldNotDecideForItselfWhatTheTableDoesNotCover() throws Exception {
    run.leaveUndecided(container);
    run.stopAgent();
    run.startAgent();
    lines(container, 10);
    for (int rotation = 0; rotation < 6; rotation++) {
      run.pass(1_100);
      container.kubelet().rotate();
      lines(container, 10);
    }
    run.pass(30_000);
    assertThat(arrived("plain")).isZero();
    run.decide(container, NodeRun.ROUTES);
    run.pass(10_000);
    assertThat(arrived("plain")).isEqualTo(70);
  }

  @Test
  void shouldRepeatLittleAndLoseNothingWhenKilledWithLinesInFlight() throws Exception {
    for (int life = 0; life < 6; life++) {
      lines(container, 60);
      run.pass(400L * life);
      run.killAgent();
      run.startAgent();
    }
  }

  @Test
  void shouldKeepTheBeginningOfALineWhenKilledBeforeItsEnd() throws Exception {
    lines(container, 3);
    container.record(false, true, "the beginning, ".getBytes(UTF_8));
    run.pass(5_000);
    lines(container, 0);
    container.record(true, false, "another stream goes on".getBytes(UTF_8));
    run.pass(5_000);
    run.killAgent();
    run.startAgent();
    run.pass(2_000);
    container.record(false, false, "the end".getBytes(UTF_8));
  }

  @Test
  void shouldWaitWhenACentreRefusesForTenMinutes() throws Exception {
    run.pass(1_100);
    run.drivers().forEach(driver -> driver.refuse(container.key() + "false"));
    lines(container, 50);
    run.pass(600_000);
    assertThat(arrived("acked")).isLessThan(50);
    run.drivers().forEach(driver -> driver.refuse(null));
  }

  @Test
  void shouldRepeatAndNeverSkipWhenThePositionsAreOlderThanTheDelivery() throws Exception {
    Path positions = folder.resolve("state").resolve("positions.json");
    lines(container, 10);
    run.pass(3_000);
    byte[] old = Files.readAllBytes(positions);
    lines(container, 10);
    run.pass(3_000);
    container.kubelet().rotate();
    lines(container, 10);
    run.pass(3_000);
    run.killAgent();
    run.excuseAll();
    Files.write(positions, old);
    run.startAgent();
  }

  @Test
  void shouldKeepPositionsWhenStoppedBeforeItsFirstLookAtTheFolders() throws Exception {
    lines(container, 10);
    run.pass(4_000);
    run.stopAgent();
    run.startAgent();
    run.stopAgent();
  }

  @Test
  void shouldForgetNothingWhenItLagsForAnHour() throws Exception {
    setCentresUp(false);
    lines(container, 300);
    run.pass(1_100);
    container.crash();
    lines(container, 300);
    run.pass(3_600_000);
    setCentresUp(true);
  }

  @Test
  void shouldJoinEachStreamByItselfWhenPiecesAreInterleaved() throws Exception {
    for (int i = 0; i < 20; i++) {
      container.record(false, true, ("out " + i + ", ").getBytes(UTF_8));
      container.record(true, true, ("err " + i + ", ").getBytes(UTF_8));
      container.record(true, false, "end of err".getBytes(UTF_8));
      run.pass(i * 20L);
      container.record(false, false, "end of out".getBytes(UTF_8));
    }
  }

  @Test
  void shouldSendALineWithoutAnEndOnceItsContainerIsGone() throws Exception {
    container.record(false, true, "no line feed".getBytes(UTF_8));
    run.pass(3_000);
    assertThat(arrived("acked")).isZero();
    container.crash();
    run.pass(3_000);
    assertThat(arrived("acked")).isEqualTo(1);
  }

  @Test
  void shouldTakeRecordsThatAreLongerThanRuntimesWriteThem() throws Exception {
    for (int length : new int[] {40_000, ReadBuffer.BYTES - 60, ReadBuffer.BYTES, 700_000}) {
      container.record(length % 2 == 1, false, new byte[length]);
      run.pass(200);
    }
  }

  @Test
  void shouldNotMixALateRecordIntoALongOneThatIsBeingRead() throws Exception {
    lines(container, 5);
    run.pass(2_000);
    container.kubelet().rotate();
    run.pass(5_000);
    container.record(false, false, new byte[ReadBuffer.BYTES + 70_000]);
    run.pump();
    run.pump();
    container.lateRecord(false, "late".getBytes(UTF_8));
  }

  @Test
  void shouldNotTakeALateRecordForThePieceOfALineInANewerFile() throws Exception {
    lines(container, 5);
    run.pass(2_000);
    container.kubelet().rotate();
    run.pass(5_000);
    container.record(false, true, "begun in the newer file, ".getBytes(UTF_8));
    run.pass(1_000);
    container.record(false, false, "ended there".getBytes(UTF_8));
    container.lateRecord(false, "late".getBytes(UTF_8));
  }

  @Test
  void shouldWaitForTheRestOfARecordThatIsHalfThere() throws Exception {
    container.tear(false, "torn here and whole later".getBytes(UTF_8), 9);
    run.pass(20_000);
    assertThat(arrived("acked")).isZero();
    container.completeTorn();
    run.pass(2_000);
    assertThat(arrived("acked")).isEqualTo(1);
  }

  @Test
  void shouldSendWhatNoRuntimeWrites() throws Exception {
    container.malformed("neither CRI nor JSON".getBytes(UTF_8));
    container.line(false, new byte[0]);
    container.line(false, new byte[] {0, -1, -2, '\r', 0});
    run.pass(2_000);
    assertThat(arrived("acked")).isEqualTo(3);
  }

  @Test
  void shouldReadAllFilesForARouteThatComesLater() throws Exception {
    run.decide(container, Set.of("plain"));
    for (int rotation = 0; rotation < 3; rotation++) {
      lines(container, 30);
      run.pass(3_000);
      container.kubelet().rotate();
    }
    run.pass(3_000);
    container.kubelet().rotate();
    run.decide(container, NodeRun.ROUTES);
    run.conduct();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldTellWhatWasInFlightOfAFileThatWasGivenUp(boolean killed) throws Exception {
    holdNothing();
    giveUpAFileWithLinesInFlight();
    assertThat(run.agent().containers()).as("it waits for what is in flight").isNotEmpty();
    if (killed) {
      run.killAgent();
    } else {
      run.stopAgent();
    }
    run.startAgent();
    run.pass(3_000);
    assertThat(run.agent().losses())
        .extracting(loss -> loss.range().container(), loss -> loss.route())
        .contains(tuple(container.key(), "acked"), tuple(container.key(), "plain"));
  }

  @Test
  void shouldTellWhatWasInFlightOfAFileThatWasGivenUpWhenItsCentreMoves() throws Exception {
    holdNothing();
    giveUpAFileWithLinesInFlight();
    run.moveCentres();
    run.pass(3_000);
    assertThat(run.agent().losses())
        .extracting(loss -> loss.range().container(), loss -> loss.route())
        .contains(tuple(container.key(), "acked"), tuple(container.key(), "plain"));
  }

  @Test
  void shouldForgetAContainerOnceWhatWasInFlightOfItsGivenUpFileHasArrived() throws Exception {
    holdNothing();
    giveUpAFileWithLinesInFlight();
    setCentresUp(true);
    run.pass(5_000);
    assertThat(run.agent().containers()).isEmpty();
  }

  @Test
  void shouldKeepAllForAnEndpointThatStandsStillForTenMinutesWhileAnotherFlows() throws Exception {
    FakeContainer dying = run.node().container("dying");
    run.decide(dying, NodeRun.ROUTES);
    run.centre("acked").setUp(false);
    int written = 0;
    for (int second = 0; second < 600; second += 10) {
      lines(container, 30);
      written += 30;
      if (second < 300) {
        lines(dying, 30);
        written += 30;
      }
      run.pass(10_000);
      container.kubelet().rotate();
      if (second == 300) {
        dying.delete();
      }
      assertThat(arrived("plain")).isEqualTo(written);
    }
    assertThat(arrived("acked")).isZero();
    run.centre("acked").setUp(true);
    run.drain();
    assertThat(arrived("acked")).isEqualTo(written);
    assertThat(run.agent().losses()).isEmpty();
  }
}
