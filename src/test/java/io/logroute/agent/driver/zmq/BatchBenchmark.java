// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver.zmq;

import io.logroute.bench.SampleLines;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoding lines as three frames each into a batch of 64 KiB that is used again; time a line. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {

  private static final int LINES = 1000;
  private static final int BATCH_BYTES = 64 * 1024;

  /** Text of a line, without any header. */
  @Param({"40", "150", "1024"})
  public int lineBytes;

  private final Batch.Prefix prefix =
      Batch.Prefix.of(bytes("tenant-1"), bytes("service-1"), bytes("0123456789ab"));
  private final Batch batch = new Batch(BATCH_BYTES, prefix);
  private byte[] source = {};

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Setup
  public void fill() {
    source = SampleLines.records(256 * 1024, lineBytes, "F");
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public int encode() {
    int batches = 0;
    batch.reset(prefix);
    int from = 0;
    for (int i = 0; i < LINES; i++) {
      if (!batch.hasRoomFor(Batch.roomFor(prefix, lineBytes))) {
        batches += batch.length();
        batch.reset(prefix);
      }
      batch.add(prefix, source, from, lineBytes);
      from += lineBytes;
      if (from + lineBytes > source.length) {
        from = 0;
      }
    }
    return batches + batch.length();
  }
}
