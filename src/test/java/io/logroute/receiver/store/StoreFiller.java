// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import io.logroute.wire.StandardStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Fills one stream of a store by the store's own steps, as fast as one thread can. */
public final class StoreFiller implements AutoCloseable {

  private static final int FLUSH_BYTES = 4 << 20;
  private static final StoreLimits LIMITS =
      new StoreLimits(Long.MAX_VALUE, Duration.ofDays(9), 0, Duration.ZERO, 1);

  private final LogFile file;
  private final CriHeader header = new CriHeader();
  private final Path folder;
  private Instant now = Instant.EPOCH;
  private int pendingBytes;

  public StoreFiller(Path folder, String base) {
    this.folder = folder;
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    this.file = new LogFile(folder, new StoredName(base, "", 0, StoredName.Form.PLAIN), clock);
  }

  public void add(Instant time, byte[] line, int length) throws IOException {
    now = time;
    header.set(
        time.getEpochSecond() * 1_000_000_000 + time.getNano(), StandardStream.STDOUT, false);
    file.append(header, line, 0, length);
    pendingBytes += length;
    if (pendingBytes >= FLUSH_BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    file.flush();
    file.sync();
    pendingBytes = 0;
  }

  public void roll() throws IOException {
    flush();
    file.roll();
  }

  /** Compresses what was rolled, but for the newest, as the housekeeper does. */
  public void compressAllButTheNewest() throws IOException {
    for (StoredFile each : Upkeep.plan(StoreScan.of(folder).files(), LIMITS, now).compress()) {
      try (InputStream in = Files.newInputStream(each.path());
          OutputStream out = Files.newOutputStream(each.in(StoredName.Form.COMPRESSED))) {
        BlockedGzip.write(in, out);
      }
      Files.delete(each.path());
      Files.deleteIfExists(BlockIndex.pathOf(each.path()));
    }
  }

  @Override
  public void close() throws IOException {
    flush();
    file.close();
  }
}
