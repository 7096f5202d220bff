// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.store;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the thread that asks have the processor only as far as others leave it. Linux counts
 * niceness by thread, and {@code setpriority} of nobody in particular means the caller ({@code
 * sched(7)}, {@code setpriority(2)}); Java's own priorities do nothing there.
 */
final class BackgroundThread {

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundThread.class);

  /** A ninth of what a thread of the usual kind gets beside it. */
  private static final int NICE = 10;

  private static final int THE_PROCESS = 0;
  private static final int THE_CALLER = 0;

  private BackgroundThread() {}

  /** Makes the calling thread one; where that is not possible it stays as it is. */
  static void become() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("setpriority");
    if (function.isEmpty() || !System.getProperty("os.name").equals("Linux")) {
      return;
    }
    FunctionDescriptor types =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MethodHandle setpriority = linker.downcallHandle(function.get(), types);
    try {
      int answer = (int) setpriority.invokeExact(THE_PROCESS, THE_CALLER, NICE);
      LOG.debug("setpriority answered {}", answer);
    } catch (Throwable e) {
      throw new IllegalStateException("a function of the C library cannot be called", e);
    }
  }
}
