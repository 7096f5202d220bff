// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, taken by one thread with a deadline for each step: the JDK's own time
 * limit ends with the headers, so a half-open connection would otherwise never be noticed.
 */
final class LineBody implements BodySubscriber<LineBody>, AutoCloseable {

  /** An object in etcd has at most 1.5 MiB; a list of one and its escapes stay far below this. */
  private static final int MAX_BYTES = 16 << 20;

  /**
   * What the HTTP client hands over: a chunk, or the end, with its cause when it was not regular.
   */
  private sealed interface Step {}

  @SuppressWarnings("ArrayRecordComponent")
  private record Chunk(byte[] bytes) implements Step {}

  /** With its cause when it was not regular. */
  private record End(@Nullable Throwable failure) implements Step {}

  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private byte[] chunk = {};
  private int position;
  private boolean ended;

  @Override
  public CompletionStage<LineBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer buffer : buffers) {
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      bytes.writeBytes(part);
    }
    steps.add(new Chunk(bytes.toByteArray()));
  }

  @Override
  public void onError(Throwable failure) {
    steps.add(new End(failure));
  }

  @Override
  public void onComplete() {
    steps.add(new End(null));
  }

  /**
   * The next line without its newline.
   *
   * @return null when there was none within the time, or none will come: see {@link #hasEnded}
   */
  byte @Nullable [] nextLine(Duration atMost) throws IOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    do {
      int newline = indexOfNewline();
      line.write(chunk, position, newline - position);
      position = newline;
      if (newline < chunk.length) {
        position++;
        byte[] whole = line.toByteArray();
        line.reset();
        return whole;
      }
      checkLength();
    } while (nextChunk(deadline));
    return null;
  }

  /** The rest of the body. */
  byte[] readAll(Duration atMost) throws IOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    do {
      line.write(chunk, position, chunk.length - position);
      position = chunk.length;
      checkLength();
    } while (nextChunk(deadline));
    if (!ended) {
      throw new HttpTimeoutException("no whole answer within " + atMost.toSeconds() + " s");
    }
    return line.toByteArray();
  }

  /** Whether the server has ended the body. */
  boolean hasEnded() {
    return ended;
  }

  /** Gives the connection up unless the body has ended. */
  @Override
  public void close() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  private int indexOfNewline() {
    for (int i = position; i < chunk.length; i++) {
      if (chunk[i] == '\n') {
        return i;
      }
    }
    return chunk.length;
  }

  private void checkLength() throws IOException {
    if (line.size() > MAX_BYTES) {
      throw new IOException("an answer of more than " + MAX_BYTES + " bytes");
    }
  }

  private boolean nextChunk(long deadline) throws IOException {
    if (ended) {
      return false;
    }
    switch (poll(deadline)) {
      case null -> {
        return false;
      }
      case Chunk(byte[] bytes) -> {
        chunk = bytes;
        position = 0;
      }
      case End(Throwable failure) -> {
        ended = true;
        if (failure != null) {
          throw new IOException("the connection broke: " + failure.getMessage(), failure);
        }
        return false;
      }
    }
    Flow.Subscription current = subscription;
    if (current != null) {
      current.request(1);
    }
    return true;
  }

  private @Nullable Step poll(long deadline) throws IOException {
    try {
      return steps.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the API server", e);
    }
  }
}
