// SPDX-License-Identifier: Apache-2.0
package io.logroute.table;

import io.logroute.table.NodeRouteTable.Assignment;
import io.logroute.table.NodeRouteTable.Backfill;
import io.logroute.table.NodeRouteTable.Container;
import io.logroute.table.NodeRouteTable.Delivery;
import io.logroute.table.NodeRouteTable.Endpoint;
import io.logroute.table.NodeRouteTable.Pod;
import io.logroute.table.NodeRouteTable.RateLimit;
import io.logroute.table.NodeRouteTable.Route;
import io.logroute.table.NodeRouteTable.Socket;
import io.logroute.table.NodeRouteTable.Stream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Tables with every field in every state, and text that is hard on writers. */
final class RandomTables {

  private static final String[] HARD = {
    "yes",
    "null",
    "~",
    "1",
    "1.5",
    "0x1f",
    "1:30",
    "2026-11-22",
    "a: b",
    "# no",
    "- x",
    "é",
    "日本",
    "\"",
    "'",
    "\\",
    "{",
    "[a]",
    "*a",
    "&a",
    "!t",
    "%x",
    "@",
    "`",
    "|",
    ">",
    " a ",
    "a\nb",
    "\t",
    "<<",
    "=",
    "😀",
    "\u0085",
    "\u2028",
    "\u0001",
    "a#b",
    "?",
    "a\r\nb",
    "\uFEFF"
  };

  private final Random random;

  RandomTables(Random random) {
    this.random = random;
  }

  NodeRouteTable next() {
    List<Endpoint> endpoints = many(4, i -> endpoint("e" + i + text()));
    List<Route> routes = many(4, i -> route("r" + i + text(), endpoints));
    return new NodeRouteTable(
        text(), random.nextInt(3), sometimes(text()), endpoints, routes, many(5, i -> pod(routes)));
  }

  private Endpoint endpoint(String name) {
    return new Endpoint(
        name,
        List.of("tcp://10.0.0.5:5555", "tcp://[fd00::1]:1").subList(0, 1 + random.nextInt(2)),
        any(Delivery.values()),
        any(Socket.values()),
        "three-frame",
        sometimes(text()),
        random.nextInt(2) * random.nextLong(1L << 40));
  }

  private Route route(String name, List<Endpoint> endpoints) {
    Map<String, String> options = new HashMap<>();
    for (int n = random.nextInt(3); n > 0; n--) {
      options.put(any("", any("a", "yes", "1", "x y", "é: #", "\"'")), any("", text()));
    }
    return new Route(
        name,
        random.nextInt(5),
        text(),
        any(Backfill.values()),
        sometimes(Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000))),
        endpoints.isEmpty() ? null : sometimes(any(endpoints.toArray(Endpoint[]::new)).name()),
        any(Stream.BOTH, Set.of(Stream.stdout), Set.of(Stream.stderr)),
        1 + random.nextLong(1L << 40),
        sometimes(new RateLimit(1 + random.nextInt(100), 1 + random.nextInt(100))),
        options);
  }

  private Pod pod(List<Route> routes) {
    return new Pod(
        text(),
        text(),
        sometimes(text()),
        many(
            3,
            i ->
                new Container(
                    text(),
                    sometimes(text()),
                    routes.isEmpty()
                        ? List.of()
                        : many(
                            3,
                            j ->
                                new Assignment(
                                    any(routes.toArray(Route[]::new)).name(), text(), text())))));
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(3); n >= 0; n--) {
      text.append(any(HARD));
    }
    return text.toString();
  }

  private <T> List<T> many(int most, IntFunction<T> one) {
    List<T> items = new ArrayList<>();
    for (int i = random.nextInt(most); i > 0; i--) {
      items.add(one.apply(i));
    }
    return items;
  }

  @SafeVarargs
  private <T> T any(T... values) {
    return values[random.nextInt(values.length)];
  }

  private <T> @Nullable T sometimes(T value) {
    return random.nextBoolean() ? value : null;
  }
}
