// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.cri.LogRecord;
import io.logroute.agent.cri.PartialLine;
import io.logroute.agent.cri.RecordTime;
import io.logroute.agent.driver.LogLine;
import io.logroute.agent.tail.Generation;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes lines of one feed's records: leaves out what the route does not take, joins pieces, cuts,
 * offers. It keeps no bytes but those of lines whose end has not been seen. Belongs to its feed.
 */
final class LineMaker {

  /** What is being done with a record that is longer than the buffer. */
  private enum LongRecord {
    NONE,
    FULL,
    PARTIAL,
    NOT_WANTED,
    OVERFLOWN
  }

  private static final Logger log = LoggerFactory.getLogger(LineMaker.class);

  private static final byte[] NOTHING = {};

  private final long sinceEpochNanos;
  private final FeedAccount account;
  private final AgentMetrics metrics;
  private final FollowedGenerations generations;
  private final LineOffers offers;
  private final LogRecord record = new LogRecord();
  private final LogLine line = new LogLine();
  private final OpenLine openStdout;
  private final OpenLine openStderr;
  private RouteTerms terms;
  private LongRecord longRecord = LongRecord.NONE;
  private OpenLine longLine;
  private @Nullable Progress longIn;
  private long recordStart;
  private int recordBytes;
  private boolean unreadable;

  /**
   * @param sinceEpochNanos earlier lines are not selected; {@link Long#MIN_VALUE}: all are
   * @param memory for the open lines of all feeds
   * @param generations where a line is read again that there was no memory for
   */
  LineMaker(
      RouteTerms terms,
      long sinceEpochNanos,
      FeedAccount account,
      AgentMetrics metrics,
      LineMemory memory,
      FollowedGenerations generations) {
    this.terms = terms;
    this.sinceEpochNanos = sinceEpochNanos;
    this.account = account;
    this.metrics = metrics;
    this.generations = generations;
    this.offers = new LineOffers(terms, account, metrics);
    this.openStdout = new OpenLine(terms.maxLineBytes(), memory);
    this.openStderr = new OpenLine(terms.maxLineBytes(), memory);
    this.longLine = openStdout;
  }

  void setTerms(RouteTerms next) {
    terms = next;
    offers.setTerms(next);
  }

  /**
   * Whether the line that was not taken last has to wait for long: the driver refuses it until
   * further notice, or it cannot be read again now.
   */
  boolean mustWait() {
    return unreadable || offers.wasRefused();
  }

  /**
   * Deals with the record in {@code [from, to)}; false: the driver does not take it now.
   *
   * @param bufferStart the index of the byte at the reading's position
   * @param lineFeedBytes behind the record, which belong to it
   */
  boolean record(Reading reading, byte[] b, int bufferStart, int from, int to, int lineFeedBytes) {
    Progress progress = reading.progress();
    recordStart = progress.read() + from - bufferStart;
    recordBytes = to - from + lineFeedBytes;
    if (longRecord != LongRecord.NONE) {
      return endLongRecord(reading, b, from, to);
    }
    record.parse(b, from, to);
    if (!isWanted(progress)) {
      return true;
    }
    if (!account.hasFirstTime()) {
      account.metRecordOf(record.epochNanos());
    }
    OpenLine open = record.isStderr() ? openStderr : openStdout;
    if (isOverflown(progress, open)) {
      return true;
    }
    if (isBehind(progress, open)) {
      return wholeLine(reading);
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
    boolean done = open.isOpen() ? lastPiece(reading, open) : wholeLine(reading);
    if (done && record.isMalformed()) {
      metrics.malformedLine();
    }
    return done;
  }

  private boolean isWanted(Progress progress) {
    boolean stderr = record.isStderr();
    if (progress.isRepeated(stderr, recordStart)) {
      account.unmarked().repeatedBytes += recordBytes;
      return false;
    }
    if (terms.takes(stderr) && !isTooEarly()) {
      return true;
    }
    account.unmarked().notSelectedBytes += recordBytes;
    return false;
  }

  private boolean isTooEarly() {
    if (sinceEpochNanos == Long.MIN_VALUE) {
      return false;
    }
    long time = record.epochNanos();
    return time != RecordTime.NONE && time < sinceEpochNanos;
  }

  private boolean isOverflown(Progress progress, OpenLine open) {
    boolean overflown = open.overflown || (progress.isOverflown(recordStart) && !open.isOpen());
    if (overflown) {
      open.overflown = record.isPartial();
      account.unmarked().overflownLines += record.isPartial() ? 0 : 1;
      account.unmarked().overflownBytes += recordBytes;
    }
    return overflown;
  }

  /**
   * Whether the record came into an old file after the stream's line had gone on in a newer one: it
   * is no piece of that line.
   */
  private static boolean isBehind(Progress progress, OpenLine open) {
    Progress endsIn = open.endsIn();
    return endsIn != null && endsIn.place > progress.place;
  }

  private long epochNanos() {
    return terms.needsTime() ? record.epochNanos() : RecordTime.NONE;
  }

  private boolean wholeLine(Reading reading) {
    int length = record.contentLength();
    int kept = cut(length);
    line.set(
        reading.target(),
        record.content(),
        record.contentStart(),
        kept,
        record.isStderr(),
        epochNanos(),
        length > kept);
    long head = reading.progress().generation.headHash();
    line.from(head, recordStart, recordStart + recordBytes, false);
    return offers.offer(line, length, recordBytes, reading.driver());
  }

  private boolean lastPiece(Reading reading, OpenLine open) {
    byte[] content = record.content();
    return closeWith(
        reading, open, content, record.contentStart(), record.contentEnd(), epochNanos());
  }

  private boolean closeWith(
      Reading reading, OpenLine open, byte[] b, int from, int to, long epochNanos) {
    long before = open.text.totalBytes();
    Progress endedIn = open.endsIn();
    long startInLast = open.startInLast();
    long endInLast = open.endInLast();
    open.text.append(b, from, to);
    open.extend(reading.progress(), recordStart, recordBytes);
    boolean done = close(reading, open, recordBytes, epochNanos);
    if (!done) {
      open.text.rewindTo(before);
      open.endAt(endedIn, startInLast, endInLast);
    }
    return done;
  }

  private boolean close(Reading reading, OpenLine open, long lastBytes, long epochNanos) {
    boolean stderr = open == openStderr;
    PartialLine text = textOf(open, stderr);
    unreadable = text == null;
    if (text == null) {
      return false;
    }
    long total = text.totalBytes();
    int kept = cut(text.length());
    line.set(reading.target(), text.bytes(), 0, kept, stderr, epochNanos, total > kept);
    Progress endsIn = open.endsIn();
    if (endsIn != null) {
      line.from(
          endsIn.generation.headHash(),
          open.startInLast(),
          open.endInLast(),
          open.begunIn() != endsIn);
    }
    boolean taken = offers.offer(line, total, open.recordBytes() + lastBytes, reading.driver());
    // This object lives as long as its feed, and must not keep a long line's bytes.
    line.set(reading.target(), NOTHING, 0, 0, stderr, epochNanos, false);
    if (taken) {
      open.clear();
    } else if (text != open.text) {
      open.rebuilt = new SoftReference<>(text);
    }
    return taken;
  }

  private @Nullable PartialLine textOf(OpenLine open, boolean stderr) {
    if (!open.text.isSpilled()) {
      return open.text;
    }
    PartialLine rebuilt = open.rebuilt.get();
    if (rebuilt != null && rebuilt.totalBytes() == open.text.totalBytes()) {
      return rebuilt;
    }
    try {
      return SpilledLine.read(open, generations.all(), stderr, terms.maxLineBytes());
    } catch (IOException e) {
      log.debug("{}: a line is waiting for its file to be open", open.begunIn(), e);
      return null;
    }
  }

  /**
   * An open line that can never be read again.
   *
   * @param from where its first record starts in that generation
   * @param to where its last one there ends, at most
   * @param bytes of the files that all its records take
   */
  record Unreadable(Generation generation, long from, long to, long bytes) {}

  /**
   * Forgets an open line that can never be read again; null: it is not so.
   *
   * @param ending whether nothing more will be sent, so that bytes in memory are no help
   */
  @Nullable Unreadable dropUnreadable(boolean ofStderr, boolean ending) {
    OpenLine open = ofStderr ? openStderr : openStdout;
    Progress begunIn = open.begunIn();
    boolean gone =
        (ending || open.text.isSpilled())
            && begunIn != null
            && !begunIn.generation.isOpen()
            && !begunIn.generation.canBeReopened();
    if (begunIn == null || !gone) {
      return null;
    }
    long to = open.endsIn() == begunIn ? open.endInLast() : begunIn.read();
    Unreadable unreadable =
        new Unreadable(begunIn.generation, open.begunAt(), to, open.recordBytes());
    open.clear();
    longRecord = longLine == open ? LongRecord.NONE : longRecord;
    return unreadable;
  }

  private int cut(int length) {
    return Math.min(length, terms.maxLineBytes());
  }

  /** Where a record is that is longer than the buffer, and not read to its end; null: nowhere. */
  @Nullable Progress withinLongRecord() {
    return longRecord == LongRecord.NONE ? null : longIn;
  }

  /** Nothing more comes of it. */
  void forgetLongRecord() {
    longRecord = LongRecord.NONE;
  }

  /** A record longer than the buffer: its pieces are gathered like those of a partial line. */
  void longRecord(Progress progress, byte[] b, int length) {
    longIn = progress;
    recordStart = progress.read();
    recordBytes = length;
    int contentStart = 0;
    if (longRecord == LongRecord.NONE) {
      record.parse(b, 0, length);
      if (!isWanted(progress)) {
        longRecord = LongRecord.NOT_WANTED;
        return;
      }
      longLine = record.isStderr() ? openStderr : openStdout;
      if (isOverflown(progress, longLine)) {
        longRecord = LongRecord.OVERFLOWN;
        return;
      }
      contentStart = record.contentStart();
      longRecord = record.isPartial() ? LongRecord.PARTIAL : LongRecord.FULL;
      longLine.begin(progress, recordStart);
    }
    if (longRecord == LongRecord.NOT_WANTED) {
      account.unmarked().notSelectedBytes += length;
    } else if (longRecord == LongRecord.OVERFLOWN) {
      account.unmarked().overflownBytes += length;
    } else {
      longLine.append(progress, recordStart, length, b, contentStart, length);
    }
  }

  private boolean endLongRecord(Reading reading, byte[] b, int from, int to) {
    switch (longRecord) {
      case FULL -> {
        if (!closeWith(reading, longLine, b, from, to, RecordTime.NONE)) {
          return false;
        }
      }
      case PARTIAL -> longLine.append(reading.progress(), recordStart, recordBytes, b, from, to);
      case NOT_WANTED -> account.unmarked().notSelectedBytes += recordBytes;
      case OVERFLOWN -> account.unmarked().overflownBytes += recordBytes;
      case NONE -> throw new IllegalStateException("there is no long record");
    }
    longRecord = LongRecord.NONE;
    return true;
  }

  /** The generation in which the open line of a stream began; null: none is open. */
  @Nullable Progress begunIn(boolean stderr) {
    return (stderr ? openStderr : openStdout).begunIn();
  }

  /** Sends the open line of a stream as it is; false: the driver does not take it now. */
  boolean closeOpenLine(boolean stderr, Reading reading) {
    OpenLine open = stderr ? openStderr : openStdout;
    if (!close(reading, open, 0, RecordTime.NONE)) {
      return false;
    }
    if (longLine == open) {
      longRecord = LongRecord.NONE;
    }
    return true;
  }

  /** How far the lines handed over so far bring the reading of one of all generations. */
  Offsets reached(List<Progress> all, int index) {
    return new Offsets(reached(openStdout, all, index), reached(openStderr, all, index));
  }

  private static long reached(OpenLine open, List<Progress> all, int index) {
    Progress progress = all.get(index);
    Progress begunIn = open.begunIn();
    if (begunIn == null || index < all.indexOf(begunIn)) {
      return progress.read();
    }
    return progress == begunIn ? open.begunAt() : 0;
  }
}
