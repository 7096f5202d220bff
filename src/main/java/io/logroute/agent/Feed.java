// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.cri.LogRecord;
import io.logroute.agent.cri.Newlines;
import io.logroute.agent.cri.RecordTime;
import io.logroute.agent.driver.LogDriver;
import io.logroute.agent.driver.LogDriver.Outcome;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.driver.Target;
import io.logroute.agent.route.Binding;
import io.logroute.agent.route.RateLimiter;
import io.logroute.agent.tail.ContainerLog;
import io.logroute.agent.tail.Generation;
import io.logroute.agent.tail.GenerationReader;
import io.logroute.options.DeliveryMode;
import io.logroute.options.LogOptions;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Stream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
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
 * was reached, and it has not grown for a second: a runtime may still write to the old file while
 * the new one is there (containerd container_log_reopen.go). Should it grow later it is read on.
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

  /** What is being done with a record that is longer than the buffer. */
  private enum LongRecord {
    NONE,
    FULL,
    PARTIAL,
    NOT_WANTED
  }

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
  private final StartSource starts;
  private final TargetSource targets;
  private final AgentMetrics metrics;
  private final AgentClock clock;
  private final LogRecord record = new LogRecord();
  private final GenerationReader reader = new GenerationReader();
  private final LogLine line = new LogLine();
  private final OpenLine openStdout;
  private final OpenLine openStderr;

  private volatile Binding binding;
  private boolean takesStdout;
  private boolean takesStderr;
  private RateLimiter limiter;
  private long maxBacklogBytes;
  private volatile List<Progress> progresses = List.of();
  private @Nullable List<Generation> known;
  private @Nullable Target target;
  private int targetRestart = -1;
  private LongRecord longRecord = LongRecord.NONE;
  private OpenLine longLine;
  private long retryNanos;
  private boolean needsTime;
  private boolean refused;
  private long recordStart;
  private int recordBytes;
  private FeedCount count = new FeedCount();
  private long firstEpochNanos = RecordTime.NONE;
  private volatile long readBytes;
  private volatile long settledBytes;
  private volatile long lostBytes;
  private final FeedCount total = new FeedCount();

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
      AgentClock clock) {
    this.containerLog = containerLog;
    this.binding = binding;
    this.sinceEpochNanos = sinceEpochNanos;
    this.starts = starts;
    this.targets = targets;
    this.metrics = metrics;
    this.clock = clock;
    this.takesStdout = binding.route().streams().contains(Stream.stdout);
    this.takesStderr = binding.route().streams().contains(Stream.stderr);
    this.limiter = new RateLimiter(binding.route().rateLimit());
    this.maxBacklogBytes = maxBacklogBytes(binding);
    this.needsTime = needsTime(binding);
    this.openStdout = new OpenLine(maxLineBytes());
    this.openStderr = new OpenLine(maxLineBytes());
    this.longLine = openStdout;
  }

  /** Goes on with what the table says about the route now; pipeline's thread only. */
  void rebind(Binding next) {
    binding = next;
    takesStdout = next.route().streams().contains(Stream.stdout);
    takesStderr = next.route().streams().contains(Stream.stderr);
    limiter = new RateLimiter(next.route().rateLimit());
    maxBacklogBytes = maxBacklogBytes(next);
    needsTime = needsTime(next);
    target = null;
  }

  private static long maxBacklogBytes(Binding binding) {
    LogOptions options = LogOptions.parse(binding.route().options());
    return options.mode() == DeliveryMode.NON_BLOCKING ? options.maxBufferBytes() : Long.MAX_VALUE;
  }

  private int maxLineBytes() {
    return (int) Math.min(Integer.MAX_VALUE - 8, binding.route().maxLineBytes());
  }

  ContainerLog containerLog() {
    return containerLog;
  }

  Binding binding() {
    return binding;
  }

  String route() {
    return binding.route().name();
  }

  long sinceEpochNanos() {
    return sinceEpochNanos;
  }

  /** Oldest first; the list never changes, and is empty before the first quantum. */
  List<Progress> progresses() {
    return progresses;
  }

  /** The progress in a generation; null when the pipeline has not met it yet. */
  @Nullable Progress progressIn(Generation generation) {
    for (Progress progress : progresses) {
      if (progress.generation == generation) {
        return progress;
      }
    }
    return null;
  }

  /** What is taken over of a generation; any thread. */
  Offsets takenIn(Generation generation) {
    Progress progress = progressIn(generation);
    return progress == null ? starts.startOf(generation, route()) : progress.taken();
  }

  /** What the last mark that was settled added up to, since this feed began. */
  synchronized FeedCount total() {
    FeedCount copy = new FeedCount();
    add(copy, total);
    return copy;
  }

  /** Bytes that are known to be there, and that the endpoint has not taken over. */
  long lagBytes() {
    long unread = 0;
    for (Progress progress : progresses) {
      unread += progress.unreadBytes();
    }
    return unread + readBytes - settledBytes;
  }

  /**
   * Bytes that were there to be read since this feed began, those included that are let go by now.
   */
  long discoveredBytes() {
    long unread = 0;
    for (Progress progress : progresses) {
      unread += progress.unreadBytes();
    }
    return unread + readBytes + lostBytes;
  }

  /** Bytes that could not be read, and are in the ledger. */
  long lostBytes() {
    return lostBytes;
  }

  /** Time of the first record since the last mark; {@link RecordTime#NONE}: there is none. */
  long firstEpochNanos() {
    return firstEpochNanos;
  }

  /** Whether what comes next may soon be deleted, or is already. */
  boolean isUrgent() {
    for (Progress progress : progresses) {
      if (!progress.isFinished()) {
        return progress.generation.isSuperseded() || !progress.generation.isPresent();
      }
    }
    return false;
  }

  /**
   * Reads a quantum of the oldest generation that has something, and offers its lines.
   *
   * @param buffer belongs to the pipeline; keeps what the driver did not take
   */
  Step read(ReadBuffer buffer, LogDriver driver, long nowNanos) {
    followGenerations();
    if (nowNanos < retryNanos) {
      return Step.QUIET;
    }
    Progress progress = oldestUnfinished();
    if (progress == null) {
      return containerLog.isGone() ? closeOpenLines(driver) : Step.QUIET;
    }
    if (!progress.generation.isOpen()) {
      return Step.QUIET;
    }
    try {
      return read(progress, buffer, driver, nowNanos);
    } catch (ZipException | EOFException e) {
      giveUp(progress, e);
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

  /** Whether a backlog is bounded, the newest lines being dropped: option {@code mode}. */
  boolean isNonBlocking() {
    return maxBacklogBytes != Long.MAX_VALUE;
  }

  /**
   * The driver takes nothing now: with {@code mode=non-blocking} what is over {@code
   * max-buffer-size} is given up, newest first, as Docker's ring does.
   */
  void overflow() {
    followGenerations();
    long keptBytes = maxBacklogBytes;
    for (Progress progress : progresses) {
      long backlog = progress.generation.isCompressed() ? 0 : progress.backlogBytes();
      if (backlog > keptBytes) {
        progress.overflow(keptBytes);
      }
      keptBytes = Math.max(0, keptBytes - backlog);
    }
  }

  private void followGenerations() {
    List<Generation> now = containerLog.generations();
    if (now == known) {
      return;
    }
    known = now;
    List<Progress> followed = new ArrayList<>(now.size());
    for (Generation generation : now) {
      Progress progress = progressIn(generation);
      followed.add(
          progress != null
              ? progress
              : new Progress(generation, starts.startOf(generation, route())));
    }
    progresses = List.copyOf(followed);
  }

  private @Nullable Progress oldestUnfinished() {
    for (Progress progress : progresses) {
      if (progress.isFinished() && progress.generation.isOpen() && progress.unreadBytes() > 0) {
        progress.setFinished(false);
      }
      if (!progress.isFinished()) {
        return progress;
      }
    }
    return null;
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
    int start = source.start();
    int length = source.end();
    int used = start;
    boolean busy = false;
    for (int end = Newlines.indexOf(buffer, used, length);
        end >= 0 && !busy;
        end = Newlines.indexOf(buffer, used, length)) {
      if (record(progress, current, buffer, start, used, end, 1, driver)) {
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
      longRecord(progress, buffer, length);
      used = length;
    }
    source.use(used - start, busy);
    advance(progress, used - start);
    if (busy && refused) {
      retryNanos = nowNanos + REFUSED_RETRY_NANOS;
      return used > start ? Step.READ : Step.QUIET;
    }
    return busy ? Step.BUSY : Step.READ;
  }

  private void advance(Progress progress, int bytes) {
    progress.advance(bytes);
    readBytes += bytes;
    metrics.read(bytes);
  }

  private @Nullable Target target(int restart) {
    if (target == null || targetRestart != restart) {
      target = targets.targetOf(containerLog, restart, binding);
      targetRestart = restart;
    }
    return target;
  }

  /** Deals with the record in {@code [from, to)}; false: the driver does not take it now. */
  private boolean record(
      Progress progress,
      Target current,
      byte[] b,
      int bufferStart,
      int from,
      int to,
      int lineFeedBytes,
      LogDriver driver) {
    recordStart = progress.read() + from - bufferStart;
    recordBytes = to - from + lineFeedBytes;
    if (longRecord != LongRecord.NONE) {
      return endLongRecord(progress, current, b, from, to, driver);
    }
    record.parse(b, from, to);
    if (!isWanted(progress)) {
      return true;
    }
    if (firstEpochNanos == RecordTime.NONE) {
      firstEpochNanos = record.epochNanos();
    }
    OpenLine open = record.isStderr() ? openStderr : openStdout;
    if (isOverflown(progress, open)) {
      return true;
    }
    if (record.isPartial()) {
      open.begin(progress, recordStart);
      open.append(
          progress,
          recordStart,
          recordBytes,
          record.content(),
          record.contentStart(),
          record.contentEnd());
      return true;
    }
    return fullRecord(progress, open, current, driver);
  }

  private boolean isOverflown(Progress progress, OpenLine open) {
    boolean overflown = open.overflown || (progress.isOverflown(recordStart) && !open.isOpen());
    if (overflown) {
      open.overflown = record.isPartial();
      count.overflownLines += record.isPartial() ? 0 : 1;
      count.overflownBytes += recordBytes;
    }
    return overflown;
  }

  private boolean fullRecord(Progress progress, OpenLine open, Target current, LogDriver driver) {
    long epochNanos = needsTime ? record.epochNanos() : RecordTime.NONE;
    boolean done;
    if (open.isOpen()) {
      done =
          closeWith(
              progress,
              open,
              current,
              record.content(),
              record.contentStart(),
              record.contentEnd(),
              epochNanos,
              driver);
    } else {
      int length = record.contentLength();
      int kept = cut(length);
      line.set(
          current,
          record.content(),
          record.contentStart(),
          kept,
          record.isStderr(),
          epochNanos,
          length > kept);
      line.from(progress.generation.headHash(), recordStart, recordStart + recordBytes, false);
      done = offer(length, recordBytes, driver);
    }
    if (done && record.isMalformed()) {
      metrics.malformedLine();
    }
    return done;
  }

  private boolean closeWith(
      Progress progress,
      OpenLine open,
      Target current,
      byte[] b,
      int from,
      int to,
      long epochNanos,
      LogDriver driver) {
    long before = open.text.totalBytes();
    open.text.append(b, from, to);
    open.extend(progress, recordStart, recordBytes);
    boolean done = close(open, current, recordBytes, epochNanos, driver);
    if (!done) {
      open.text.rewindTo(before);
    }
    return done;
  }

  private boolean close(
      OpenLine open, Target current, long lastBytes, long epochNanos, LogDriver driver) {
    long total = open.text.totalBytes();
    int kept = cut(open.text.length());
    boolean stderr = open == openStderr;
    line.set(current, open.text.bytes(), 0, kept, stderr, epochNanos, total > kept);
    Progress endsIn = open.endsIn();
    if (endsIn != null) {
      line.from(
          endsIn.generation.headHash(),
          open.startInLast(),
          open.endInLast(),
          open.begunIn() != endsIn);
    }
    if (!offer(total, open.recordBytes() + lastBytes, driver)) {
      return false;
    }
    open.clear();
    return true;
  }

  private int cut(int length) {
    return Math.min(length, maxLineBytes());
  }

  private static boolean needsTime(Binding binding) {
    Endpoint endpoint = binding.endpoint();
    return binding.route().rateLimit() != null
        || endpoint == null
        || endpoint.delivery() == Delivery.AtLeastOnce;
  }

  private boolean isWanted(Progress progress) {
    boolean stderr = record.isStderr();
    if (progress.isRepeated(stderr, recordStart)) {
      count.repeatedBytes += recordBytes;
      return false;
    }
    if ((stderr ? takesStderr : takesStdout) && !isTooEarly()) {
      return true;
    }
    count.notSelectedBytes += recordBytes;
    return false;
  }

  private boolean isTooEarly() {
    if (sinceEpochNanos == Long.MIN_VALUE) {
      return false;
    }
    long time = record.epochNanos();
    return time != RecordTime.NONE && time < sinceEpochNanos;
  }

  private boolean offer(long totalLength, long recordBytes, LogDriver driver) {
    if (limiter.isLimited() && !limiter.allows(line.epochNanos())) {
      count.limitedLines++;
      count.limitedBytes += recordBytes;
      return true;
    }
    Outcome outcome = driver.log(line);
    if (outcome == Outcome.BUSY || outcome == Outcome.REFUSED) {
      refused = outcome == Outcome.REFUSED;
      return false;
    }
    if (outcome == Outcome.UNSUBSCRIBED) {
      count.unsubscribedLines++;
      count.unsubscribedBytes += recordBytes;
      return true;
    }
    limiter.take();
    count.sentLines++;
    count.sentBytes += recordBytes;
    if (totalLength > line.length()) {
      metrics.truncated(route(), totalLength - line.length());
    }
    return true;
  }

  /** A record longer than the buffer: its pieces are gathered like those of a partial line. */
  private void longRecord(Progress progress, byte[] b, int length) {
    recordStart = progress.read();
    recordBytes = length;
    int contentStart = 0;
    if (longRecord == LongRecord.NONE) {
      record.parse(b, 0, length);
      if (!isWanted(progress)) {
        longRecord = LongRecord.NOT_WANTED;
        return;
      }
      contentStart = record.contentStart();
      longRecord = record.isPartial() ? LongRecord.PARTIAL : LongRecord.FULL;
      longLine = record.isStderr() ? openStderr : openStdout;
      longLine.begin(progress, recordStart);
    }
    if (longRecord == LongRecord.NOT_WANTED) {
      count.notSelectedBytes += length;
    } else {
      longLine.append(progress, recordStart, length, b, contentStart, length);
    }
  }

  private boolean endLongRecord(
      Progress progress, Target current, byte[] b, int from, int to, LogDriver driver) {
    switch (longRecord) {
      case FULL -> {
        if (!closeWith(progress, longLine, current, b, from, to, RecordTime.NONE, driver)) {
          return false;
        }
      }
      case PARTIAL -> longLine.append(progress, recordStart, recordBytes, b, from, to);
      case NOT_WANTED -> count.notSelectedBytes += recordBytes;
      case NONE -> throw new IllegalStateException("there is no long record");
    }
    longRecord = LongRecord.NONE;
    return true;
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
    long quietMs = Math.max(endedMs, generation.quietMs(clock.now().toEpochMilli()));
    if (!generation.isSuperseded() && !containerLog.isGone()) {
      return quietMs >= PARTIAL_TIMEOUT_MS ? closeOpenLines(driver) : Step.QUIET;
    }
    if (!generation.isCompressed() && endedMs < STABLE_MS && quietMs < 2 * STABLE_MS) {
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
      if (!record(progress, current, buffer, tornStart, tornStart, tornEnd, 0, driver)) {
        return Step.BUSY;
      }
      advance(progress, tornEnd - tornStart);
    }
    if (isLastOfInstance(generation) && closeOpenLines(driver) == Step.BUSY) {
      return Step.BUSY;
    }
    progress.setFinished(true);
    return Step.READ;
  }

  private boolean isLastOfInstance(Generation generation) {
    List<Generation> all = containerLog.generations();
    int next = all.indexOf(generation) + 1;
    return next >= all.size() || all.get(next).restart() != generation.restart();
  }

  private void giveUp(Progress progress, IOException e) {
    long lost = progress.unreadBytes();
    log.error(
        "{}: damaged ({}), {} bytes from position {} on are lost",
        progress.generation,
        e.getMessage(),
        lost,
        progress.read());
    lostBytes += lost;
    metrics.lost("unreadable", lost);
    progress.setFinished(true);
  }

  private Step closeOpenLines(LogDriver driver) {
    Step stdout = closeOpenLine(openStdout, driver);
    Step stderr = stdout == Step.BUSY ? Step.BUSY : closeOpenLine(openStderr, driver);
    return stdout == Step.READ && stderr == Step.QUIET ? Step.READ : stderr;
  }

  private Step closeOpenLine(OpenLine open, LogDriver driver) {
    Progress begunIn = open.begunIn();
    if (begunIn == null) {
      return Step.QUIET;
    }
    Target current = target(begunIn.generation.restart());
    if (current == null || !close(open, current, 0, RecordTime.NONE, driver)) {
      return Step.BUSY;
    }
    if (longLine == open) {
      longRecord = LongRecord.NONE;
    }
    return Step.READ;
  }

  /**
   * Tells how far the lines handed over so far bring this reading.
   *
   * @param lineNumber of the last of them
   */
  void mark(long lineNumber, Consumer<Mark> marks) {
    List<Progress> all = progresses;
    FeedCount counted = count;
    for (int i = 0; i < all.size(); i++) {
      Progress progress = all.get(i);
      Offsets reached = new Offsets(reached(openStdout, all, i), reached(openStderr, all, i));
      if (progress.mark(reached)) {
        marks.accept(new Mark(lineNumber, this, progress, reached, counted, firstEpochNanos));
        counted = new FeedCount();
      }
    }
    if (counted != count) {
      count = new FeedCount();
      firstEpochNanos = RecordTime.NONE;
    }
  }

  private static long reached(OpenLine open, List<Progress> all, int index) {
    Progress progress = all.get(index);
    Progress begunIn = open.begunIn();
    if (begunIn == null || index < all.indexOf(begunIn)) {
      return progress.read();
    }
    return progress == begunIn ? open.begunAt() : 0;
  }

  /** What a mark said has become true. */
  void settle(Mark mark) {
    mark.progress().takeOver(mark.taken());
    settledBytes += mark.count().bytes();
    synchronized (this) {
      add(total, mark.count());
    }
    metrics.settled(this, mark.count());
  }

  private static void add(FeedCount sum, FeedCount more) {
    sum.sentLines += more.sentLines;
    sum.sentBytes += more.sentBytes;
    sum.unsubscribedLines += more.unsubscribedLines;
    sum.unsubscribedBytes += more.unsubscribedBytes;
    sum.limitedLines += more.limitedLines;
    sum.limitedBytes += more.limitedBytes;
    sum.overflownLines += more.overflownLines;
    sum.overflownBytes += more.overflownBytes;
    sum.notSelectedBytes += more.notSelectedBytes;
    sum.repeatedBytes += more.repeatedBytes;
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
