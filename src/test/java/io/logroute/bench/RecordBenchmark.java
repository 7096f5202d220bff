// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import io.logroute.agent.cri.CriRecord;
import io.logroute.agent.cri.LineMemory;
import io.logroute.agent.cri.LogRecord;
import io.logroute.agent.cri.Newlines;
import io.logroute.agent.cri.PartialLine;
import io.logroute.agent.cri.RecordTime;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A quantum of 256 KiB: finding its records, reading their headers and times, joining pieces. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RecordBenchmark {

  private static final int QUANTUM_BYTES = 256 * 1024;
  private static final int PIECES_A_LINE = 4;

  /** Mean record, header and line feed included. */
  @Param({"80", "190", "1024", "16384"})
  public int recordBytes;

  private byte[] records = {};
  private final CriRecord cri = new CriRecord();
  private final LogRecord record = new LogRecord();
  private final PartialLine line = new PartialLine(1 << 20, LineMemory.UNBOUNDED);

  @Setup
  public void fill() {
    records = SampleLines.records(QUANTUM_BYTES, recordBytes, "F");
  }

  @Benchmark
  public int newlines() {
    int sum = 0;
    for (int from = 0, end = next(from); end >= 0; from = end + 1, end = next(from)) {
      sum += end;
    }
    return sum;
  }

  @Benchmark
  public int criRecords() {
    int sum = 0;
    for (int from = 0, end = next(from); end >= 0; from = end + 1, end = next(from)) {
      sum += cri.parse(records, from, end) ? cri.contentStart() : 0;
    }
    return sum;
  }

  @Benchmark
  public int logRecords() {
    int sum = 0;
    for (int from = 0, end = next(from); end >= 0; from = end + 1, end = next(from)) {
      record.parse(records, from, end);
      sum += record.contentLength();
    }
    return sum;
  }

  @Benchmark
  public long times() {
    long sum = 0;
    for (int from = 0, end = next(from); end >= 0; from = end + 1, end = next(from)) {
      if (cri.parse(records, from, end)) {
        sum += RecordTime.epochNanos(records, from, cri.timeEnd());
      }
    }
    return sum;
  }

  @Benchmark
  public int joined() {
    int sum = 0;
    int pieces = 0;
    for (int from = 0, end = next(from); end >= 0; from = end + 1, end = next(from)) {
      record.parse(records, from, end);
      line.append(record.content(), record.contentStart(), record.contentEnd());
      if (++pieces % PIECES_A_LINE == 0) {
        sum += line.length();
        line.clear();
      }
    }
    return sum;
  }

  private int next(int from) {
    return Newlines.indexOf(records, from, records.length);
  }
}
