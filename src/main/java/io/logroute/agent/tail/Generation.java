// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import io.logroute.agent.discovery.LogFile;
import io.logroute.agent.discovery.LogFileName;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * One file's life: written, renamed, compressed, deleted. Its bytes are those of the uncompressed
 * file whatever form it has. The file is held open from first sight, so that renaming, compressing
 * and deleting cost nothing, until everybody who wants it has taken it over.
 *
 * <p>What is held open is one {@link OpenFile}, replaced as a whole, so that a reader never takes
 * one form's bytes for the other's. A generation that is <em>given up</em> is closed for good, and
 * whoever had not read all of it has lost the rest.
 *
 * <p>The thread that sweeps changes it; any thread may read.
 */
public final class Generation {

  /**
   * A file that is held open.
   *
   * @param inode device and inode of the file behind the channel
   */
  record OpenFile(FileChannel channel, Object inode, boolean compressed) {

    InputStream decompressed() throws IOException {
      return new GZIPInputStream(new ChannelStream(channel), 64 * 1024);
    }
  }

  /** What was known when a generation was given up. */
  private record GivenUp(LossReason reason, long sizeBytes) {}

  private static final int SMALLEST_GZIP_BYTES = 18;

  /** Deflate makes nothing smaller than this: more is a damaged trailer's word. */
  private static final int MAX_DEFLATE_RATIO = 1032;

  private final int restart;
  private volatile long firstByte;
  private volatile boolean kept;
  private volatile LogFile file;
  private volatile @Nullable OpenFile open;
  private volatile byte[] head = HeadHash.NO_RECORD;
  private volatile long headHash = HeadHash.UNKNOWN;
  private volatile boolean present = true;
  private volatile boolean linked = true;
  private volatile long unlinkedSinceMs;
  private volatile boolean superseded;
  private volatile long uncompressedBytes = -1;
  private volatile long releasedBytes;
  private volatile @Nullable GivenUp givenUp;

  Generation(LogFile file) {
    this(file, 0, false);
  }

  private Generation(LogFile file, long firstByte, boolean kept) {
    this.restart = file.name().restart();
    this.firstByte = firstByte;
    this.kept = kept;
    this.file = file;
  }

  /** A generation of which only a copy is left. */
  static Generation keptAs(KeptCopies.Copy copy) {
    return new Generation(copy.file(), copy.from(), true);
  }

  /**
   * Opens the file; nothing happens when it is open, or given up.
   *
   * @return false when the path leads elsewhere by now: the next sweep will see
   */
  boolean open() throws IOException {
    if (open != null || givenUp != null) {
      return open != null;
    }
    OpenFile opened = openFile(file);
    if (opened == null) {
      return false;
    }
    open = opened;
    linked = true;
    return true;
  }

  private @Nullable OpenFile openFile(LogFile wanted) throws IOException {
    try {
      return openNow(wanted);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private @Nullable OpenFile openNow(LogFile wanted) throws IOException {
    FileChannel channel = FileChannel.open(wanted.path(), StandardOpenOption.READ);
    OpenFile opened = new OpenFile(channel, wanted.inode(), wanted.name().compressed());
    boolean same = false;
    try {
      Object inode = Files.readAttributes(wanted.path(), BasicFileAttributes.class).fileKey();
      same = inode.equals(wanted.inode()) && hasOurHead(opened);
      if (same && opened.compressed()) {
        uncompressedBytes = trailer(channel);
      }
    } finally {
      if (!same) {
        channel.close();
      }
    }
    return same ? opened : null;
  }

  /** Whether the first record is the one that was seen before; takes it up when it is new. */
  private boolean hasOurHead(OpenFile opened) throws IOException {
    byte[] found = headOf(opened);
    if (headHash == HeadHash.UNKNOWN) {
      learnHead(found);
    }
    return Arrays.equals(head, found);
  }

  /**
   * Called by the sweeping thread and by readers: a look that was made before the record was
   * complete takes nothing back.
   */
  private void learnHead(byte[] found) {
    if (found.length > 0) {
      head = found;
      headHash = HeadHash.of(found);
    }
  }

  /** A damaged file has no head: it is found out when it is read. */
  private static byte[] headOf(OpenFile opened) throws IOException {
    byte[] bytes = new byte[HeadHash.MAX_BYTES];
    InputStream stream = new ChannelStream(opened.channel());
    try (InputStream in = opened.compressed() ? new GZIPInputStream(stream, 512) : stream) {
      return HeadHash.recordIn(bytes, in.readNBytes(bytes, 0, bytes.length));
    } catch (EOFException | ZipException e) {
      return HeadHash.NO_RECORD;
    }
  }

  /** Whether the open file begins with another record than it did: it was written anew. */
  boolean wasWrittenAnew() throws IOException {
    OpenFile now = open;
    return now != null
        && !now.compressed()
        && headHash != HeadHash.UNKNOWN
        && !Arrays.equals(headOf(now), head);
  }

  /** Closes the file, as nobody wants more of it. */
  void release() throws IOException {
    OpenFile now = open;
    open = null;
    if (now != null) {
      releasedBytes = now.compressed() ? Long.MAX_VALUE : now.channel().size();
      now.channel().close();
    }
  }

  /** Closes the file for good: what was not read of it is lost. Only the first reason counts. */
  void giveUp(LossReason reason) throws IOException {
    if (givenUp == null) {
      long seenBytes = isCompressed() ? sizeBytes() : file.sizeBytes();
      givenUp = new GivenUp(reason, reason == LossReason.ROTATED ? seenBytes : sizeBytes());
    }
    release();
  }

  /** Goes on with the plain file, found beside the compressed copy that was held so far. */
  void becomePlain(Generation plain) throws IOException {
    OpenFile copy = open;
    file = plain.file;
    open = plain.open;
    linked = true;
    if (copy != null) {
      copy.channel().close();
    }
  }

  /**
   * Goes on with the file that has a name, and lets the one go that has none any more: a compressed
   * copy has the same bytes.
   *
   * @return false when that was not possible, and nothing has changed
   */
  boolean becomeTheCopy() throws IOException {
    OpenFile old = open;
    if (old == null || kept || linked || !present || givenUp != null) {
      return false;
    }
    OpenFile copy = openFile(file);
    if (copy == null) {
      return false;
    }
    open = copy;
    linked = true;
    old.channel().close();
    return true;
  }

  /** Closes the deleted file and goes on with a copy of it, which is opened in its turn. */
  void becomeKept(KeptCopies.Copy copy) throws IOException {
    OpenFile old = open;
    open = null;
    file = copy.file();
    firstByte = copy.from();
    kept = true;
    present = true;
    linked = true;
    releasedBytes = copy.file().sizeBytes();
    if (old != null) {
      old.channel().close();
    }
  }

  /** Takes over what a copy of it has told about its size. */
  void learnSize(Generation copy) {
    uncompressedBytes = Math.max(uncompressedBytes, copy.uncompressedBytes);
  }

  /** Whether it may be closed: its name leads to it, or to a copy of it. */
  public boolean canBeReopened() {
    return givenUp == null && present && (kept || open == null || linked);
  }

  /** What a sweep found of this generation, under the same or another name. */
  void seen(LogFile found) throws IOException {
    file = kept ? file : found;
    refreshHead();
  }

  /** Looks for the first record again while it was not complete. */
  public void refreshHead() throws IOException {
    OpenFile now = open;
    if (now != null && headHash == HeadHash.UNKNOWN) {
      learnHead(headOf(now));
    }
  }

  /** Whether this inode is held open, so that it cannot be used for another file. */
  boolean holds(Object inode) {
    OpenFile now = open;
    return now != null && inode.equals(now.inode());
  }

  /** Whether a sweep found more bytes than there were when the file was released. */
  boolean hasGrown() {
    return file.sizeBytes() > releasedBytes;
  }

  /**
   * Whether its file may be another than the last sweep saw, though its folder has the same
   * entries.
   */
  boolean mayHaveChanged() {
    OpenFile now = open;
    if (kept || file.name().compressed()) {
      return false;
    }
    try {
      return now == null
          || now.channel().size() != file.sizeBytes()
          || (headHash == HeadHash.UNKNOWN && file.sizeBytes() > 0);
    } catch (IOException e) {
      return true;
    }
  }

  LogFile file() {
    return file;
  }

  /** The size of the file as it stood on disk last, compressed or not. */
  public long fileBytes() {
    return file.sizeBytes();
  }

  /** When somebody wrote to it last, as far as sweeps tell, milliseconds since the epoch. */
  public long modifiedMs() {
    return file.modifiedMs();
  }

  void setPresent(boolean present) {
    this.present = present;
  }

  /** Notes which inodes a sweep found: whether the open file has a name among them. */
  void setLinked(Set<Object> inodes, long nowEpochMs) {
    OpenFile now = open;
    boolean hasName = now == null || inodes.contains(now.inode());
    if (linked && !hasName) {
      unlinkedSinceMs = nowEpochMs;
    }
    linked = hasName;
  }

  /** Whether the open file has a name, or none is open and there is one. */
  boolean hasName() {
    return present && linked && !kept;
  }

  /** When a sweep first missed the open file's name, milliseconds since the epoch. */
  public long unlinkedSinceMs() {
    return unlinkedSinceMs;
  }

  void setSuperseded(boolean superseded) {
    this.superseded = superseded;
  }

  /** How often the container had been restarted when it wrote this. */
  public int restart() {
    return restart;
  }

  /** The name it had last. */
  public LogFileName name() {
    return file.name();
  }

  public Path path() {
    return file.path();
  }

  Object inode() {
    return file.inode();
  }

  /** The hash of the first record, 0 while there is no complete one. */
  public long headHash() {
    return headHash;
  }

  /** Whether the bytes come out of a compressed file. */
  public boolean isCompressed() {
    OpenFile now = open;
    return now == null ? file.name().compressed() : now.compressed();
  }

  public boolean isOpen() {
    return open != null;
  }

  /** Bytes on disk that are there for this agent alone: of an open file without a name, or kept. */
  public long heldUnlinkedBytes() {
    OpenFile now = open;
    if (kept) {
      return Math.max(0, file.sizeBytes() - firstByte);
    }
    try {
      return now == null || linked ? 0 : now.channel().size();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Where its bytes begin: those before are not there any more. */
  public long firstByte() {
    return firstByte;
  }

  /** Whether it is a copy in the state folder. */
  public boolean isKept() {
    return kept;
  }

  /** Why it is closed for good; null: it is not. */
  public @Nullable LossReason givenUp() {
    GivenUp how = givenUp;
    return how == null ? null : how.reason();
  }

  /** Why what was not taken over of it is lost, once it is closed for good. */
  public LossReason reasonOfLoss() {
    LossReason reason = givenUp();
    return reason == null ? LossReason.ROTATED : reason;
  }

  /** Whether a name leads to it still; without one its bytes last only as long as it is open. */
  public boolean isPresent() {
    return present;
  }

  /** Whether a newer generation of the same container exists. */
  public boolean isSuperseded() {
    return superseded;
  }

  /**
   * For how long nobody has written, as far as the last sweep tells: 0 when there are more bytes
   * than it saw, since its time of the last write is not theirs.
   */
  public long quietMs(long nowEpochMs) {
    LogFile seen = file;
    return !isCompressed() && sizeBytes() > seen.sizeBytes() ? 0 : nowEpochMs - seen.modifiedMs();
  }

  /**
   * How many bytes there are, uncompressed, as far as known: of a compressed file what its trailer
   * says.
   */
  public long sizeBytes() {
    GivenUp how = givenUp;
    if (how != null) {
      return how.sizeBytes();
    }
    OpenFile now = open;
    try {
      if (!isCompressed()) {
        return now != null ? now.channel().size() : file.sizeBytes();
      }
    } catch (IOException e) {
      return file.sizeBytes();
    }
    return Math.max(0, uncompressedBytes);
  }

  /**
   * How many bytes it was ever seen to have: more than {@link #sizeBytes} between a truncation in
   * place and the sweep that finds it out.
   */
  public long seenBytes() {
    return isCompressed() || kept ? sizeBytes() : Math.max(sizeBytes(), file.sizeBytes());
  }

  private static long trailer(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < SMALLEST_GZIP_BYTES) {
      return 0;
    }
    ByteBuffer trailer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    channel.read(trailer, size - trailer.capacity());
    long told = trailer.hasRemaining() ? 0 : Integer.toUnsignedLong(trailer.getInt(0));
    return Math.min(told, size * MAX_DEFLATE_RATIO);
  }

  /**
   * The open file, for readers.
   *
   * @throws ClosedChannelException when it is not open: the sweeping thread may release it while
   *     another reads
   */
  OpenFile openFile() throws ClosedChannelException {
    OpenFile now = open;
    if (now == null) {
      throw new ClosedChannelException();
    }
    return now;
  }

  @Override
  public String toString() {
    return file.path().toString();
  }
}
