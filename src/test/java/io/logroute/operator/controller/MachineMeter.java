// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What of the machine's CPU each process of a measurement took between two looks: this JVM, its
 * children by the name of their program, and everybody else. One thread.
 */
final class MachineMeter {

  private long lookedNanos;
  private long busyTicks;
  private Map<String, Duration> before;

  MachineMeter() {
    lookedNanos = System.nanoTime();
    busyTicks = busyTicks();
    before = cpu();
  }

  /** {@code load 3.1; of 200 % CPU: java (operator) 40 %, etcd 10 %, others 5 %} since the last. */
  String lap() {
    long nowNanos = System.nanoTime();
    long nowBusy = busyTicks();
    Map<String, Duration> now = cpu();
    double nanos = Math.max(1, nowNanos - lookedNanos);
    Map<String, Double> shares = new TreeMap<>();
    now.forEach(
        (name, used) ->
            shares.put(
                name,
                100 * (used.minus(before.getOrDefault(name, Duration.ZERO)).toNanos() / nanos)));
    double busy = 100 * ((nowBusy - busyTicks) * 1e7 / nanos);
    double known = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    shares.put("others", Math.max(0, busy - known));
    lookedNanos = nowNanos;
    busyTicks = nowBusy;
    before = now;
    return "load %s; of %d %% CPU: %s"
        .formatted(
            load(),
            100 * Runtime.getRuntime().availableProcessors(),
            shares.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.0f %%", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", ")));
  }

  private static Map<String, Duration> cpu() {
    Map<String, Duration> cpu = new TreeMap<>();
    cpu.put(
        "bench and fake agents", ProcessHandle.current().info().totalCpuDuration().orElseThrow());
    ProcessHandle.current()
        .children()
        .forEach(
            child ->
                child
                    .info()
                    .totalCpuDuration()
                    .ifPresent(used -> cpu.merge(name(child), used, Duration::plus)));
    cpu.remove("sh");
    return cpu;
  }

  private static String name(ProcessHandle child) {
    String name =
        child.info().command().map(command -> Path.of(command).getFileName().toString()).orElse("");
    return switch (name) {
      case "java" -> "operator";
      case "dash", "bash" -> "sh";
      default -> name;
    };
  }

  /** Of all processes, user and system, in hundredths of a second. */
  private static long busyTicks() {
    String[] fields = read("/proc/stat").lines().findFirst().orElseThrow().split("\\s+");
    return Long.parseLong(fields[1]) + Long.parseLong(fields[2]) + Long.parseLong(fields[3]);
  }

  private static String load() {
    return read("/proc/loadavg").split(" ")[0];
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
