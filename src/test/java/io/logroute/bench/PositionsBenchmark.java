// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import io.logroute.agent.checkpoint.Positions;
import io.logroute.agent.checkpoint.Positions.Container;
import io.logroute.agent.checkpoint.Positions.Key;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.checkpoint.PositionsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What goes to disk once a second: the positions of a node, synced and renamed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PositionsBenchmark {

  @Param({"1", "110", "1000"})
  public int containers;

  private Path folder = Path.of("");
  private PositionsFile file = new PositionsFile(folder);
  private Positions positions = Positions.NONE;

  @Setup
  public void fill() throws IOException {
    folder = Files.createTempDirectory("logroute-bench");
    file = new PositionsFile(folder);
    Map<String, Container> all = new HashMap<>();
    for (int i = 0; i < containers; i++) {
      all.put("bench_web-" + i + "_0c6c8d3e-5f0f-4b1a-9f0e-2f2a0c7f3a11/app", container(i));
    }
    positions = new Positions(all, Map.of("bench/all", 1L));
  }

  private static Container container(int number) {
    Offsets offsets = new Offsets(1_000_000L + number, 900_000L + number);
    Key key = new Key(0, Long.MAX_VALUE - number, "bench/all");
    return new Container(Map.of(0, "0123456789ab"), Map.of(), Map.of(key, offsets));
  }

  @Benchmark
  public void write() throws IOException {
    file.write(positions);
  }

  @Benchmark
  public Positions read() throws IOException {
    file.write(positions);
    return file.read();
  }

  @TearDown
  public void remove() throws IOException {
    try (var found = Files.list(folder)) {
      for (Path path : found.toList()) {
        Files.delete(path);
      }
    }
    Files.delete(folder);
  }
}
