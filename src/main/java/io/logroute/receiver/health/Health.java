// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * What {@code /healthz} and {@code /readyz} answer. Alive: every thread moves or waits on purpose.
 * Ready: alive, and nothing is in the way of taking lines. Filled while the receiver is wired; read
 * by any thread.
 */
public final class Health {

  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Map<String, Heartbeat> threads = new LinkedHashMap<>();
  private final List<Supplier<Optional<String>>> obstacles = new CopyOnWriteArrayList<>();

  /** Watches a thread under the name that a person sees. */
  public void watch(String thread, Heartbeat heartbeat) {
    synchronized (threads) {
      threads.put(thread, heartbeat);
    }
  }

  /** Asks, each time, what is in the way: one sentence, or nothing. */
  public void ask(Supplier<Optional<String>> obstacle) {
    obstacles.add(obstacle);
  }

  /** What is wrong with the program itself; empty when it lives. */
  public List<String> faults() {
    List<String> faults = new ArrayList<>();
    synchronized (threads) {
      threads.forEach(
          (name, heartbeat) -> {
            if (!heartbeat.isAlive(SILENCE)) {
              faults.add("thread " + name + " does not move");
            }
          });
    }
    return faults;
  }

  /** What is in the way of taking lines, faults included; empty when it is ready. */
  public List<String> obstacles() {
    List<String> found = faults();
    obstacles.forEach(obstacle -> obstacle.get().ifPresent(found::add));
    return found;
  }
}
