// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import io.logroute.receiver.store.Traffic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * How many lines a second each service sent in the last ten minutes. Its own thread takes samples;
 * any thread reads.
 */
public final class Rates implements AutoCloseable {

  /** Between two samples. */
  static final int EVERY_SECONDS = 5;

  private static final int SAMPLES = 120;

  private record Service(String tenantId, String serviceId) {}

  private static final class History {
    private final double[] linesPerSecond = new double[SAMPLES];
    private long lines;
  }

  private final Traffic traffic;
  private final Map<Service, History> histories = new HashMap<>();
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private int samples;

  public Rates(Traffic traffic) {
    this.traffic = traffic;
  }

  public void start() {
    sampler.scheduleAtFixedRate(this::sample, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  synchronized void sample() {
    int at = samples++ % SAMPLES;
    histories.values().forEach(history -> history.linesPerSecond[at] = 0);
    for (Traffic.Total total : traffic.totals()) {
      History history =
          histories.computeIfAbsent(
              new Service(total.tenantId(), total.serviceId()), unknown -> new History());
      history.linesPerSecond[at] = (double) (total.lines() - history.lines) / EVERY_SECONDS;
      history.lines = total.lines();
    }
  }

  /** The last samples of a service, the oldest first. */
  synchronized List<Double> linesPerSecond(String tenantId, String serviceId) {
    History history = histories.get(new Service(tenantId, serviceId));
    int count = Math.min(samples, SAMPLES);
    List<Double> rates = new ArrayList<>(count);
    for (int i = samples - count; i < samples; i++) {
      rates.add(history == null ? 0 : history.linesPerSecond[i % SAMPLES]);
    }
    return rates;
  }

  /** The last samples of all services of a tenant together, the oldest first. */
  synchronized List<Double> linesPerSecond(String tenantId) {
    double[] sums = new double[Math.min(samples, SAMPLES)];
    for (Service service : histories.keySet()) {
      if (service.tenantId().equals(tenantId)) {
        List<Double> rates = linesPerSecond(tenantId, service.serviceId());
        Arrays.setAll(sums, i -> sums[i] + rates.get(i));
      }
    }
    return Arrays.stream(sums).boxed().toList();
  }

  @Override
  public void close() {
    sampler.shutdownNow();
  }
}
