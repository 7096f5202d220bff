// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.cri.RecordTime;
import io.logroute.agent.driver.ConnectionStatus;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.route.Binding;
import io.logroute.agent.tail.Generation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that goes to one endpoint: its driver, the feeds that read for it, and one thread that
 * owns them. A stalled endpoint stops this thread's reading and nothing else.
 *
 * <p>Reading is fair: a quantum for each feed in turn, first those whose files may soon be deleted.
 * What nobody expected of one feed ends that feed alone, which the conductor makes anew later.
 * Positions follow what the driver is done with: after each quantum a mark notes the last line's
 * number, and is settled when the driver has no line up to that pending.
 */
final class Pipeline {

  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  /** How long a feed is left alone that has just become quiet. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  /**
   * The longest that a quiet feed is left alone: what a line waits at most before it is seen. All
   * that are left alone for so long are looked at together, so that between nobody wakes.
   */
  private static final long SLOWEST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long a feed is quiet before it rests: its folder's events wake it then. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** The longest that the thread sleeps: the endpoint's connection may have changed. */
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How often a resting feed is looked at in any case; all of them together. */
  private static final long RESTING_POLL_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A feed is left alone for this part of the time that it has been quiet for: most stay so. */
  private static final int POLLS_OF_QUIET = 64;

  /** An endpoint that took nothing for this long does not take lines; less is a full buffer. */
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** One feed's turn. */
  private static final class Turn {
    final Feed feed;
    long nextNanos;
    long activeNanos;

    boolean isQuiet(long nowNanos) {
      return nowNanos - activeNanos >= REST_NANOS && feed.isAtEnd();
    }

    Turn(Feed feed, long nowNanos) {
      this.feed = feed;
      this.activeNanos = nowNanos;
    }
  }

  /** Counts what the driver takes. */
  private final class Counted implements LogDriver {
    private final LogDriver driver;

    Counted(LogDriver driver) {
      this.driver = driver;
    }

    @Override
    public String name() {
      return driver.name();
    }

    @Override
    public Outcome log(LogLine line) {
      Outcome outcome = driver.log(line);
      if (outcome == Outcome.TAKEN) {
        lineNumber++;
      }
      return outcome;
    }

    @Override
    public void close(long graceMs) {
      driver.close(graceMs);
    }
  }

  private final String name;
  private final ConnectionStatus status;
  private final AgentClock clock;
  private final Thread thread;
  private final LogDriver driver;
  private final Counted counted;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final List<Turn> turns = new ArrayList<>();
  private final List<Feed> feeds = new CopyOnWriteArrayList<>();
  private final Deque<Mark> marks = new ArrayDeque<>();
  private final ReadBuffer buffer = new ReadBuffer();
  private int firstTurn;
  private long lineNumber;
  private long takenNanos;
  private long overflownNanos;

  /** Of the line that the driver would not take in this round; nothing is in flight before it. */
  private long refusedEpochNanos = RecordTime.NONE;

  private volatile boolean stopping;
  private volatile long graceMs;
  private volatile long beatNanos;
  private volatile long oldestEpochNanos = RecordTime.NONE;

  /**
   * @param opener opens the driver, given what wakes this pipeline's thread
   */
  Pipeline(
      String name,
      ConnectionStatus status,
      AgentClock clock,
      Function<Runnable, LogDriver> opener) {
    this.name = name;
    this.status = status;
    this.clock = clock;
    this.takenNanos = clock.nanoTime();
    this.overflownNanos = takenNanos;
    this.beatNanos = takenNanos;
    this.thread = Thread.ofPlatform().name("pipeline " + name).daemon().unstarted(this::run);
    this.driver = opener.apply(this::wakeUp);
    this.counted = new Counted(driver);
  }

  void start() {
    thread.start();
  }

  String name() {
    return name;
  }

  ConnectionStatus status() {
    return status;
  }

  List<Feed> feeds() {
    return feeds;
  }

  /** When the thread last came round, by {@link System#nanoTime}. */
  long beatNanos() {
    return beatNanos;
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  /** Time of the oldest record that is not taken over; {@link RecordTime#NONE}: none is known. */
  long oldestEpochNanos() {
    return oldestEpochNanos;
  }

  private void wakeUp() {
    LockSupport.unpark(thread);
  }

  void add(Feed feed) {
    feeds.add(feed);
    command(() -> turns.add(new Turn(feed, clock.nanoTime())));
  }

  /** Ends a feed; what it handed over already may still go out, and is lost otherwise. */
  void remove(Feed feed) {
    feeds.remove(feed);
    command(
        () -> {
          turns.removeIf(turn -> turn.feed == feed);
          buffer.clear();
          feed.end();
        });
  }

  /** Lets a feed go on with what the table says about its route now. */
  void rebind(Feed feed, Binding binding) {
    command(guarded(feed, () -> feed.rebind(binding)));
  }

  /** Lets a feed be looked at now: there may be something to read. */
  void look(Feed feed) {
    command(
        () -> {
          for (Turn turn : turns) {
            turn.nextNanos = turn.feed == feed ? clock.nanoTime() : turn.nextNanos;
          }
        });
  }

  /** Lets a feed enter into the ledger what is gone, even while the endpoint is stalled. */
  void noteLoss(Feed feed, Generation generation) {
    command(guarded(feed, () -> feed.noteLoss(generation)));
  }

  /** What goes wrong with one feed is its own affair. */
  private static Runnable guarded(Feed feed, Runnable command) {
    return () -> {
      try {
        command.run();
      } catch (RuntimeException e) {
        feed.fail(e);
      }
    };
  }

  private void command(Runnable command) {
    commands.add(command);
    wakeUp();
  }

  /** Tells the thread to end: nothing more is read, what is in flight may leave for a time. */
  void stop(long graceMs) {
    this.graceMs = graceMs;
    this.stopping = true;
    wakeUp();
  }

  /** Waits for the end of the thread; false when it has not ended by then. */
  boolean awaitEnd(long timeoutMs) throws InterruptedException {
    thread.join(timeoutMs);
    return !thread.isAlive();
  }

  private void run() {
    try {
      while (!stopping) {
        long waitNanos = round();
        if (waitNanos > 0) {
          LockSupport.parkNanos(waitNanos);
        }
      }
      end();
    } catch (RuntimeException | Error e) {
      log.error("{}: the pipeline has ended and nothing goes to it any more", name, e);
      status.disconnected("the pipeline has failed: " + e);
    }
  }

  /** What is done once {@link #stop} was called; what it was told before counts still. */
  void end() {
    runCommands();
    driver.close(graceMs);
    settle();
    turns.forEach(turn -> turn.feed.end());
    removedInFlight().forEach(Feed::abandon);
  }

  /** Of the others the positions tell the next life. */
  private Set<Feed> removedInFlight() {
    Set<Feed> removed = new HashSet<>();
    marks.forEach(mark -> removed.add(mark.feed()));
    turns.forEach(turn -> removed.remove(turn.feed));
    return removed;
  }

  boolean isStopping() {
    return stopping;
  }

  /**
   * One round of the thread.
   *
   * @return for how long nothing is to be done unless somebody wakes it, in nanoseconds; 0: go on
   */
  long round() {
    runCommands();
    long nowNanos = clock.nanoTime();
    beatNanos = nowNanos;
    boolean read = pass(nowNanos);
    boolean worked = driver.work(nowNanos, !read);
    settle();
    return read || worked ? 0 : Math.min(untilNextTurn(nowNanos), driver.maxWaitNanos());
  }

  private long untilNextTurn(long nowNanos) {
    long waitNanos = LONGEST_SLEEP_NANOS;
    for (Turn turn : turns) {
      waitNanos = Math.min(waitNanos, turn.nextNanos - nowNanos);
    }
    return Math.max(POLL_NANOS, waitNanos);
  }

  private void runCommands() {
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
  }

  private boolean pass(long nowNanos) {
    boolean read = false;
    refusedEpochNanos = RecordTime.NONE;
    int size = turns.size();
    for (int urgent = 1; urgent >= 0; urgent--) {
      for (int i = 0; i < size; i++) {
        int index = (firstTurn + i) % size;
        Turn turn = turns.get(index);
        if (turn.nextNanos > nowNanos || turn.feed.generations().isUrgent() != (urgent == 1)) {
          continue;
        }
        Feed.Step step = take(turn, nowNanos);
        if (step == Feed.Step.BUSY) {
          firstTurn = index;
          overflow(nowNanos);
          return read;
        }
        read |= step == Feed.Step.READ;
      }
    }
    firstTurn = size == 0 ? 0 : (firstTurn + 1) % size;
    return read;
  }

  private Feed.Step take(Turn turn, long nowNanos) {
    long before = lineNumber;
    boolean writesTold = turn.feed.containerLog().areWritesTold();
    Feed.Step step = read(turn.feed, nowNanos);
    turn.nextNanos = nowNanos;
    if (step == Feed.Step.QUIET) {
      boolean rests = turn.isQuiet(nowNanos);
      turn.feed.setResting(rests);
      turn.nextNanos =
          rests && writesTold
              ? next(RESTING_POLL_NANOS, nowNanos)
              : nextLook(nowNanos, (nowNanos - turn.activeNanos) / POLLS_OF_QUIET);
    } else {
      turn.feed.setResting(false);
      turn.activeNanos = nowNanos;
    }
    takenNanos = lineNumber == before ? takenNanos : nowNanos;
    if (step != Feed.Step.QUIET || lineNumber != before) {
      turn.feed.mark(lineNumber, marks::add);
    }
    if (step == Feed.Step.BUSY) {
      refusedEpochNanos = turn.feed.account().firstEpochNanos();
    }
    return step;
  }

  private static long nextLook(long nowNanos, long pauseNanos) {
    return pauseNanos >= SLOWEST_POLL_NANOS
        ? next(SLOWEST_POLL_NANOS, nowNanos)
        : nowNanos + Math.max(POLL_NANOS, pauseNanos);
  }

  /** The next of the times that all feeds with this pause have in common. */
  private static long next(long pauseNanos, long nowNanos) {
    return (Math.floorDiv(nowNanos, pauseNanos) + 1) * pauseNanos;
  }

  private Feed.Step read(Feed feed, long nowNanos) {
    if (feed.failure() != null) {
      return Feed.Step.QUIET;
    }
    try {
      return feed.read(buffer, counted, nowNanos);
    } catch (RuntimeException e) {
      buffer.clear();
      feed.fail(e);
      return Feed.Step.QUIET;
    }
  }

  private void overflow(long nowNanos) {
    if (nowNanos - takenNanos < STALLED_NANOS || nowNanos - overflownNanos < POLL_NANOS) {
      return;
    }
    overflownNanos = nowNanos;
    for (Turn turn : turns) {
      if (turn.feed.isNonBlocking()) {
        turn.feed.overflow();
      }
    }
  }

  private void settle() {
    long settled = lineNumber - driver.pendingLines();
    for (Mark mark = marks.peek();
        mark != null && mark.lineNumber() <= settled;
        mark = marks.peek()) {
      marks.remove();
      mark.feed().settle(mark);
    }
    Mark oldest = marks.peek();
    oldestEpochNanos = oldest == null ? refusedEpochNanos : oldest.oldestEpochNanos();
  }
}
