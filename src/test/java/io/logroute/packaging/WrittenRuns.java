// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * What the receiver's files hold of the test's writers. A writer draws an id for each run of its
 * container and writes {@code run <name> <id> <number> …} from 0 on and at last {@code run <name>
 * <id> end <count>}: so each run of a container says itself what has to be there.
 */
final class WrittenRuns {

  private static final Pattern LINE = Pattern.compile("run (\\S+) (\\S+) (?:end )?(\\d+)");

  private final Map<String, Map<String, Run>> byName = new TreeMap<>();

  private static final class Run {
    private final BitSet numbers = new BitSet();
    private int repeated;
    private int count = -1;

    private void add(int number) {
      if (numbers.get(number)) {
        repeated++;
      }
      numbers.set(number);
    }

    private boolean isWhole() {
      return count == numbers.cardinality() && count == numbers.length();
    }

    private String missing() {
      if (count < 0) {
        return "no end, " + numbers.cardinality() + " lines up to " + (numbers.length() - 1);
      }
      int first = numbers.nextClearBit(0);
      return "%d of %d lines missing, the first is %d"
          .formatted(count - numbers.cardinality(), count, first);
    }
  }

  /** Reads all files below a folder, {@code .gz} as well. */
  static WrittenRuns in(Path folder) {
    WrittenRuns runs = new WrittenRuns();
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> logs =
          files
              .filter(file -> file.toString().contains(".log") && Files.isRegularFile(file))
              .toList();
      for (Path log : logs) {
        runs.read(log);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return runs;
  }

  private void read(Path log) throws IOException {
    try (InputStream file = Files.newInputStream(log);
        InputStream plain = log.toString().endsWith(".gz") ? new GZIPInputStream(file) : file;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(line);
      }
    } catch (NoSuchFileException e) {
      throw new IllegalStateException(log + " was rolled while it was read", e);
    }
  }

  private void add(String line) {
    Matcher found = LINE.matcher(line);
    if (!found.find()) {
      return;
    }
    Run run =
        byName
            .computeIfAbsent(found.group(1), name -> new LinkedHashMap<>())
            .computeIfAbsent(found.group(2), id -> new Run());
    int number = Integer.parseInt(found.group(3));
    if (found.group().contains(" end ")) {
      run.count = number;
    } else {
      run.add(number);
    }
  }

  /** How many runs of this writer are there, whole or not. */
  int count(String name) {
    return byName.getOrDefault(name, Map.of()).size();
  }

  /** The runs of which something is missing or there more than once, each with the words for it. */
  List<String> faults() {
    return byName.entrySet().stream()
        .flatMap(
            writer ->
                writer.getValue().entrySet().stream()
                    .filter(run -> !run.getValue().isWhole() || run.getValue().repeated > 0)
                    .map(
                        run ->
                            "%s %s: %s, %d repeated"
                                .formatted(
                                    writer.getKey(),
                                    run.getKey(),
                                    run.getValue().isWhole() ? "whole" : run.getValue().missing(),
                                    run.getValue().repeated)))
        .toList();
  }

  /** Lines of this writer. */
  long lines(String name) {
    return byName.getOrDefault(name, Map.of()).values().stream()
        .mapToLong(run -> run.numbers.cardinality())
        .sum();
  }

  /** A line for each writer: how many runs and lines. */
  String summary() {
    StringBuilder text = new StringBuilder();
    byName.forEach(
        (name, runs) ->
            text.append("  %-8s %4d runs %8d lines%n".formatted(name, runs.size(), lines(name))));
    return text.toString();
  }
}
