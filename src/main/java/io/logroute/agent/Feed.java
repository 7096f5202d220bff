// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.cri.Newlines;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.Target;
import io.logroute.agent.route.Binding;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.GenerationReader;
import io.logroute.agent.tail.LossReason;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One route's reading of one container: from the files to the driver, record by record, in the
 * order in which the generations were written.
 *
 * <p>It keeps no bytes of its own but those of lines whose end has not been seen: what a driver
 * does not take now is read again later, the files being the buffer. So a quantum always starts at
 * the first record that is not handed over.
 *
 * <p>A generation is finished when a newer one exists, or the container's folder is gone, its end
 * was reached, and it has not grown for a second since then: a runtime may still write to the old
 * file while the new one is there (containerd container_log_reopen.go). Should it grow later it is
 * read on.
 *
 * <p>Owned by its pipeline's thread; other threads may ask what is volatile.
 */
final class Feed {

  private static final Logger log = LoggerFactory.getLogger(Feed.class);

  /** A partial line that nothing follows goes out after this, contracts section 5. */
  static final long PARTIAL_TIMEOUT_MS = 30_000;

  private static final long STABLE_MS = 1_000;
  private static final long REFUSED_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long UNREADABLE_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What a quantum came to. */
  enum Step {
    /** Nothing new. */
    QUIET,
    /** Something was read. */
    READ,
    /** The driver takes nothing now. */
    BUSY
  }

  /** Something unexpected. */
  record Failure(String what, long atNanos, Instant at) {}

  /** Where the reading of a generation starts. */
  @FunctionalInterface
  interface StartSource {
    Offsets startOf(Generation generation, String route);
  }

  /** Makes the target of a container's instance; null while its tag is not known yet. */
  @FunctionalInterface
  interface TargetSource {
    @Nullable Target targetOf(ContainerLog containerLog, int restart, Binding binding);
  }

  private final ContainerLog containerLog;
  private final long sinceEpochNanos;
  private final FollowedGenerations generations;
  private final TargetSource targets;
  private final AgentMetrics metrics;
  private final LossLedger ledger;
  private final AgentClock clock;
  private final GenerationReader reader = new GenerationReader();
  private final FeedAccount account = new FeedAccount();
  private final LineMaker lines;

  private volatile RouteTerms terms;
  private volatile int settledMarks;
  private volatile boolean resting;
  private boolean atEnd;
  private volatile @Nullable Failure failure;
  private @Nullable Target target;
  private int targetRestart = -1;
  private long retryNanos;

  /**
   * @param sinceEpochNanos earlier lines are not selected; {@link Long#MIN_VALUE}: all are
   */
  Feed(
      ContainerLog containerLog,
      Binding binding,
      long sinceEpochNanos,
      StartSource starts,
      TargetSource targets,
      AgentMetrics metrics,
      LossLedger ledger,
      LineMemory memory,
      AgentClock clock) {
    this.containerLog = containerLog;
    this.terms = RouteTerms.of(binding);
    this.sinceEpochNanos = sinceEpochNanos;
    this.generations =
        new FollowedGenerations(
            containerLog, generation -> starts.startOf(generation, route()), this::lose);
    this.targets = targets;
    this.metrics = metrics;
    this.ledger = ledger;
    this.clock = clock;
    this.lines = new LineMaker(terms, sinceEpochNanos, account, metrics, memory, generations);
  }

  /** Goes on with what the table says about the route now; pipeline's thread only. */
  void rebind(Binding next) {
    terms = RouteTerms.of(next);
    lines.setTerms(terms);
    target = null;
  }

  ContainerLog containerLog() {
    return containerLog;
  }

  Binding binding() {
    return terms.binding();
  }

  String route() {
    return terms.binding().route().name();
  }

  long sinceEpochNanos() {
    return sinceEpochNanos;
  }

  FollowedGenerations generations() {
    return generations;
  }

  /** Where the bytes went. */
  FeedAccount account() {
    return account;
  }

  /** Bytes that are known to be there, and that the endpoint has not taken over. */
  long lagBytes() {
    return generations.unreadBytes() + account.unsettledBytes();
  }

  /**
   * Bytes that were there to be read since this feed began, those included that are let go by now.
   */
  long discoveredBytes() {
    return generations.unreadBytes() + account.readBytes() + account.lostBytes();
  }

  /**
   * Reads a quantum of the oldest generation that has something, and offers its lines.
   *
   * @param buffer belongs to the pipeline; keeps what the driver did not take
   */
  Step read(ReadBuffer buffer, LogDriver driver, long nowNanos) {
    atEnd = false;
    generations.follow(nowNanos);
    if (nowNanos < retryNanos) {
      return Step.QUIET;
    }
    Progress within = lines.withinLongRecord();
    if (within != null && generations.isOver(within)) {
      return endLongRecord(driver);
    }
    Progress progress = within != null ? within : generations.oldestUnfinished();
    if (progress == null) {
      return containerLog.isGone() ? closeOrWait(driver) : Step.QUIET;
    }
    if (progress.isLost()) {
      return passGap(progress, driver);
    }
    if (!progress.generation.isOpen()) {
      return isRead(progress)
          ? atEnd(progress, buffer.bytes(), 0, 0, driver, nowNanos)
          : Step.QUIET;
    }
    try {
      return read(progress, buffer, driver, nowNanos);
    } catch (ZipException | EOFException e) {
      lose(progress, LossReason.UNREADABLE);
      progress.setLost();
      return Step.READ;
    } catch (ClosedChannelException e) {
      buffer.clear();
      return Step.QUIET;
    } catch (IOException e) {
      retryNanos = nowNanos + UNREADABLE_RETRY_NANOS;
      log.warn(
          "{}: cannot be read ({}); trying again every 5 s", progress.generation, e.getMessage());
      return Step.QUIET;
    }
  }

  /** A record that is longer than the buffer ends where its file does, cut or given up. */
  private Step endLongRecord(LogDriver driver) {
    if (closeOpenLines(driver) == Step.BUSY) {
      return Step.BUSY;
    }
    lines.forgetLongRecord();
    return Step.READ;
  }

  /**
   * Whether the last quantum found the newest file read to its end, with no line open: until
   * somebody writes, or the container's files change, another one finds the same.
   */
  boolean isAtEnd() {
    return atEnd;
  }

  /** Whether it has been so for a while. Any thread. */
  boolean isResting() {
    return resting;
  }

  void setResting(boolean resting) {
    this.resting = resting;
  }

  /** Whether a backlog is bounded, the newest lines being dropped: option {@code mode}. */
  boolean isNonBlocking() {
    return terms.maxBacklogBytes() != Long.MAX_VALUE;
  }

  /**
   * The driver takes nothing now: with {@code mode=non-blocking} what is over {@code
   * max-buffer-size} is given up, newest first, as Docker's ring does.
   */
  void overflow() {
    generations.follow(clock.nanoTime());
    generations.overflow(terms.maxBacklogBytes());
  }

  private Step read(Progress progress, ReadBuffer source, LogDriver driver, long nowNanos)
      throws IOException {
    Generation generation = progress.generation;
    long size = generation.isCompressed() ? Long.MAX_VALUE : generation.sizeBytes();
    boolean mayEnd = generation.isSuperseded() || containerLog.isGone();
    byte[] buffer = source.bytes();
    if (size <= progress.read() || (size == progress.tornBytes && !mayEnd)) {
      return atEnd(progress, buffer, 0, 0, driver, nowNanos);
    }
    Target current = target(generation.restart());
    if (current == null) {
      return Step.QUIET;
    }
    if (generation.headHash() == 0) {
      generation.refreshHead();
    }
    source.fill(progress, reader);
    Reading reading = new Reading(progress, current, driver);
    int start = source.start();
    int length = source.end();
    int used = start;
    boolean busy = false;
    for (int end = Newlines.indexOf(buffer, used, length);
        end >= 0 && !busy;
        end = Newlines.indexOf(buffer, used, length)) {
      if (lines.record(reading, buffer, start, used, end, 1)) {
        used = end + 1;
      } else {
        busy = true;
      }
    }
    if (used == start && !busy) {
      if (length - start < buffer.length) {
        progress.tornBytes = size;
        source.clear();
        return atEnd(progress, buffer, start, length, driver, nowNanos);
      }
      lines.longRecord(progress, buffer, length);
      used = length;
    }
    source.use(used - start, busy);
    advance(progress, used - start);
    if (busy && lines.mustWait()) {
      retryNanos = nowNanos + REFUSED_RETRY_NANOS;
      return used > start ? Step.READ : Step.QUIET;
    }
    return busy ? Step.BUSY : Step.READ;
  }

  private void advance(Progress progress, int bytes) {
    progress.advance(bytes);
    account.read(bytes);
    metrics.read(bytes);
  }

  private @Nullable Target target(int restart) {
    if (target == null || targetRestart != restart) {
      target = targets.targetOf(containerLog, restart, binding());
      targetRestart = restart;
    }
    return target;
  }

  private Step atEnd(
      Progress progress,
      byte[] buffer,
      int tornStart,
      int tornEnd,
      LogDriver driver,
      long nowNanos) {
    if (progress.endSinceNanos == 0) {
      progress.endSinceNanos = nowNanos;
    }
    Generation generation = progress.generation;
    long endedMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - progress.endSinceNanos);
    long quietMs =
        endedMs >= PARTIAL_TIMEOUT_MS
            ? endedMs
            : Math.max(endedMs, generation.quietMs(clock.now().toEpochMilli()));
    if (!generation.isSuperseded() && !containerLog.isGone()) {
      atEnd = !progress.isTorn() && lines.begunIn(false) == null && lines.begunIn(true) == null;
      boolean nothingFollows = quietMs >= PARTIAL_TIMEOUT_MS && !progress.isTorn();
      return nothingFollows ? closeOrWait(driver) : Step.QUIET;
    }
    long supersededMs = TimeUnit.NANOSECONDS.toMillis(progress.supersededForNanos(nowNanos));
    boolean mayGrow = supersededMs < STABLE_MS && !containerLog.isGone();
    boolean quiet = endedMs >= STABLE_MS || quietMs >= 2 * STABLE_MS;
    if (!generation.isCompressed() && (mayGrow || !quiet)) {
      return Step.QUIET;
    }
    return finish(progress, buffer, tornStart, tornEnd, driver);
  }

  private Step finish(
      Progress progress, byte[] buffer, int tornStart, int tornEnd, LogDriver driver) {
    Generation generation = progress.generation;
    Target current = target(generation.restart());
    if (current == null) {
      return Step.QUIET;
    }
    if (tornEnd > tornStart) {
      Reading reading = new Reading(progress, current, driver);
      if (!lines.record(reading, buffer, tornStart, tornStart, tornEnd, 0)) {
        return notNow();
      }
      advance(progress, tornEnd - tornStart);
    }
    if (isLastOfInstance(generation) && closeOpenLines(driver) == Step.BUSY) {
      return notNow();
    }
    progress.setFinished(true);
    return Step.READ;
  }

  private boolean isLastOfInstance(Generation generation) {
    List<Generation> all = containerLog.generations();
    int next = all.indexOf(generation) + 1;
    return next >= all.size() || all.get(next).restart() != generation.restart();
  }

  /** Whether a closed file has nothing to be opened for. */
  private static boolean isRead(Progress progress) {
    return !progress.generation.isCompressed()
        && progress.generation.isPresent()
        && progress.unreadBytes() == 0;
  }

  /** What is open ends at a gap: its rest, if it had one, is not to be joined to another line. */
  private Step passGap(Progress progress, LogDriver driver) {
    loseUnreadable(false);
    if (closeOpenLines(driver) == Step.BUSY) {
      return notNow();
    }
    progress.setFinished(true);
    return Step.READ;
  }

  /** A line's pieces that were read, and would have to be read again. */
  private void loseUnreadable(boolean ending) {
    loseUnreadable(false, ending);
    loseUnreadable(true, ending);
  }

  private void loseUnreadable(boolean ofStderr, boolean ending) {
    LineMaker.Unreadable line = lines.dropUnreadable(ofStderr, ending);
    if (line == null) {
      return;
    }
    ledger.enter(
        LossLedger.Range.of(containerLog, line.generation(), line.from(), line.to()),
        route(),
        line.generation().reasonOfLoss());
    account.read(-line.bytes());
    account.lost(line.bytes());
  }

  /**
   * Somebody else's turn, or nobody's: a line that has to wait for long holds up its feed alone.
   */
  private Step notNow() {
    if (!lines.mustWait()) {
      return Step.BUSY;
    }
    retryNanos = clock.nanoTime() + REFUSED_RETRY_NANOS;
    return Step.QUIET;
  }

  private void lose(Progress progress, LossReason reason) {
    long from = progress.read();
    long unread = progress.unreadBytes();
    long bytes = unread > 0 ? unread : progress.generation.fileBytes();
    ledger.enter(range(progress, from, bytes), route(), reason);
    account.lost(bytes);
  }

  private LossLedger.Range range(Progress progress, long from, long bytes) {
    return LossLedger.Range.of(containerLog, progress.generation, from, from + bytes);
  }

  /** A generation is closed for good: what was not read of it is lost; pipeline's thread only. */
  void noteLoss(Generation generation) {
    generations.end(generation);
    generations.follow(clock.nanoTime());
    loseUnreadable(false);
  }

  /** Nothing more is sent: open lines that the next life cannot read are lost. */
  void end() {
    loseUnreadable(true);
    close();
  }

  /** The way by which its lines went is over: what no other feed can read again is lost. */
  void abandon() {
    for (Progress progress : generations.all()) {
      Generation generation = progress.generation;
      if (!progress.isSettled() && !generation.isOpen() && !generation.canBeReopened()) {
        long taken = Math.min(progress.taken().stdout(), progress.taken().stderr());
        ledger.enter(
            LossLedger.Range.of(containerLog, generation, taken, progress.read()),
            route(),
            generation.reasonOfLoss());
      }
    }
  }

  private Step closeOrWait(LogDriver driver) {
    Step step = closeOpenLines(driver);
    return step == Step.BUSY ? notNow() : step;
  }

  private Step closeOpenLines(LogDriver driver) {
    Step stdout = closeOpenLine(false, driver);
    Step stderr = stdout == Step.BUSY ? Step.BUSY : closeOpenLine(true, driver);
    return stdout == Step.READ && stderr == Step.QUIET ? Step.READ : stderr;
  }

  private Step closeOpenLine(boolean ofStderr, LogDriver driver) {
    Progress begunIn = lines.begunIn(ofStderr);
    if (begunIn == null) {
      return Step.QUIET;
    }
    Target current = target(begunIn.generation.restart());
    if (current == null) {
      return Step.BUSY;
    }
    Reading reading = new Reading(begunIn, current, driver);
    return lines.closeOpenLine(ofStderr, reading) ? Step.READ : Step.BUSY;
  }

  /**
   * Tells how far the lines handed over so far bring this reading. What was counted is told also
   * when they bring it no further, being the rest of a file that is over.
   *
   * @param lineNumber of the last of them
   */
  void mark(long lineNumber, Consumer<Mark> marks) {
    List<Progress> all = generations.all();
    FeedCount counted = account.unmarked();
    for (int i = 0; i < all.size(); i++) {
      Progress progress = all.get(i);
      Offsets reached = lines.reached(all, i);
      if (progress.mark(reached)) {
        long firstEpochNanos = account.firstEpochNanos();
        marks.accept(new Mark(lineNumber, this, progress, reached, counted, firstEpochNanos));
        counted = new FeedCount();
      }
    }
    if (counted == account.unmarked() && counted.bytes() > 0 && !all.isEmpty()) {
      marks.accept(markOfForgotten(lineNumber, all, counted));
      counted = new FeedCount();
    }
    if (counted != account.unmarked()) {
      account.marked();
    }
  }

  /** What was sent of a generation that is forgotten by now brings no other any further. */
  private Mark markOfForgotten(long lineNumber, List<Progress> all, FeedCount counted) {
    int last = all.size() - 1;
    Offsets reached = lines.reached(all, last);
    return new Mark(lineNumber, this, all.get(last), reached, counted, account.firstEpochNanos());
  }

  /** What a mark said has become true. */
  void settle(Mark mark) {
    mark.progress().takeOver(mark.taken());
    settledMarks = settledMarks + 1;
    account.settle(mark.count());
    metrics.settled(this, mark.count());
  }

  /** How many marks have become true, so that positions moved. Any thread. */
  int settledMarks() {
    return settledMarks;
  }

  /** What no code expected has happened: nothing is read any more until the feed is made anew. */
  void fail(RuntimeException cause) {
    log.error(
        "{}: route {} stumbled here, and begins again in a while where it had got to",
        containerLog.folder().key(),
        route(),
        cause);
    failure = new Failure(cause.toString(), clock.nanoTime(), clock.now());
  }

  /** What went wrong unexpectedly; null: nothing. Any thread. */
  @Nullable Failure failure() {
    return failure;
  }

  /** Gives back what reading took; the files stay open. */
  void close() {
    try {
      reader.close();
    } catch (IOException e) {
      log.warn("{}: closing ({})", containerLog.folder().key(), e.getMessage());
    }
  }
}
