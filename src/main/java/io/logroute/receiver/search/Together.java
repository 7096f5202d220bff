// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.search;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one search, made when there is first enough to do for them: while one waits for
 * the disk others go on. Used by one thread.
 */
final class Together implements AutoCloseable {

  /** So many things are worth being done at a time. */
  static final int THREADS = Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 2, 8);

  private @Nullable ExecutorService threads;

  /** Does all, and gives their results in the same order. */
  <T> List<T> all(List<Callable<T>> tasks) throws IOException {
    List<T> results = new ArrayList<>(tasks.size());
    try {
      if (tasks.size() < 2) {
        for (Callable<T> task : tasks) {
          results.add(task.call());
        }
        return results;
      }
      for (Future<T> each : threads().invokeAll(tasks)) {
        results.add(each.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("a search was interrupted");
    } catch (ExecutionException e) {
      throw asIo(e.getCause());
    } catch (Exception e) {
      throw asIo(e);
    }
  }

  private static IOException asIo(@Nullable Throwable cause) {
    return cause instanceof IOException io ? io : new IOException("a search failed", cause);
  }

  private ExecutorService threads() {
    if (threads == null) {
      threads =
          Executors.newFixedThreadPool(
              THREADS, Thread.ofPlatform().name("receiver-search-", 0).daemon().factory());
    }
    return threads;
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.close();
    }
  }
}
