// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import io.logroute.receiver.search.Follower;
import io.logroute.receiver.search.FoundLine;
import io.logroute.receiver.search.LogSearch;
import io.logroute.receiver.search.Query;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lines as they come, as server-sent events: {@code data} is a line as the search has it, event
 * {@code dropped} says how many lines a slow reader has missed, event {@code position} follows on
 * the lines it covers and carries the id to come back with. A reader that comes back is sent again
 * what it had of the lines that no position covered. Each reader has a thread of its own.
 */
final class Following {

  private static final int READERS = 256;
  private static final long LOOK_MS = 200;
  private static final long HEARTBEAT_NANOS = Duration.ofSeconds(10).toNanos();

  private final ApiSources sources;
  private final Clock clock;
  private final Semaphore readers = new Semaphore(READERS);
  private final CountDownLatch stopAsked = new CountDownLatch(1);

  Following(ApiSources sources, Clock clock) {
    this.sources = sources;
    this.clock = clock;
  }

  void stop() {
    stopAsked.countDown();
  }

  /** Returns when the reader is gone, or the receiver stops. */
  void serve(HttpExchange exchange, Query query) throws IOException, Refused {
    LogSearch search = sources.searchable();
    if (!readers.tryAcquire()) {
      throw new Refused(503, READERS + " readers follow already: try again later");
    }
    try {
      Follower follower = follower(exchange, search, query);
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("X-Accel-Buffering", "no");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 64 * 1024)) {
        follow(follower, query, out);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      readers.release();
    }
  }

  private Follower follower(HttpExchange exchange, LogSearch search, Query query)
      throws IOException, Refused {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    if (last == null || last.isEmpty()) {
      return Follower.fromNow(search, query, clock.instant());
    }
    return Follower.from(search, query, last)
        .orElseThrow(() -> new Refused(400, "Last-Event-ID is not an id that was sent from here"));
  }

  private void follow(Follower follower, Query query, OutputStream out)
      throws IOException, InterruptedException {
    text(out, "retry: 1000\n\n");
    position(follower, out);
    long saidNanos = System.nanoTime();
    long seenLines = -1;
    boolean hasMore = true;
    while (stopAsked.getCount() > 0) {
      long lines = sources.traffic().lines(query.tenantId(), query.serviceId());
      if (hasMore || lines != seenLines) {
        seenLines = lines;
        Follower.Batch batch = follower.next();
        hasMore = batch.hasMore();
        if (!batch.lines().isEmpty() || batch.dropped() > 0) {
          send(follower, batch, out);
          saidNanos = System.nanoTime();
        }
      }
      if (System.nanoTime() - saidNanos > HEARTBEAT_NANOS) {
        text(out, ": still here\n\n");
        out.flush();
        saidNanos = System.nanoTime();
      }
      if (!hasMore && stopAsked.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private static void send(Follower follower, Follower.Batch batch, OutputStream out)
      throws IOException {
    for (FoundLine line : batch.lines()) {
      text(out, "data: ");
      try (JsonGenerator json = LineJson.to(out)) {
        LineJson.write(json, line);
      }
      text(out, "\n\n");
    }
    if (batch.dropped() > 0) {
      text(out, "event: dropped\ndata: {\"lines\":" + batch.dropped() + "}\n\n");
    }
    position(follower, out);
  }

  private static void position(Follower follower, OutputStream out) throws IOException {
    text(out, "event: position\nid: " + follower.position() + "\ndata: {}\n\n");
    out.flush();
  }

  private static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(US_ASCII));
  }
}
