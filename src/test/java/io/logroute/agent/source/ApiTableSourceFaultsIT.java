// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logroute.table.TableStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real API server cannot be made to do: see {@code ApiTableSourceIT} for all the rest. */
@Timeout(60)
class ApiTableSourceFaultsIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final String EMPTY_LIST =
      "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}";

  private static final ApiTableSource.Times SHORT =
      new ApiTableSource.Times(
          Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(200));

  @TempDir Path state;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void shouldListAnewWhenTheVersionIsGoneAndNeverHammer() {
    try (CapturedLog log = new CapturedLog();
        ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream(error(410, "too old resource version"));
                  } else {
                    request.reply(200, list(41, table(3, "one")));
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> server.lists().size() == 4);

      assertThat(server.watches())
          .as("the version of the list, not of its item")
          .allMatch(watch -> watch.contains("resourceVersion=41"));
      assertThat(server.watches()).hasSizeBetween(3, 4);
      assertThat(listener.tables).as("the same table again is none").hasSize(1);
      assertThat(log.lines("WARN", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains("410: too old");
    }
  }

  @Test
  void shouldSayNothingWhenOneVersionIsGone() {
    AtomicInteger watches = new AtomicInteger();
    try (CapturedLog log = new CapturedLog();
        ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (!request.isWatch()) {
                    request.reply(200, EMPTY_LIST);
                  } else if (watches.getAndIncrement() == 0) {
                    request.stream(error(410, "too old resource version"));
                  } else {
                    request.stream(event("ADDED", table(1, "one")));
                    request.fallSilent();
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> listener.tables.size() == 1);

      assertThat(log.lines("WARN", ApiTableSource.class)).isEmpty();
    }
  }

  @Test
  void shouldGoOnFromTheLastBookmarkWhenAWatchEnds() {
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream(
                        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"99\"}}}");
                  } else {
                    request.reply(200, EMPTY_LIST);
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> server.watches().size() == 2);

      assertThat(server.watches().getFirst()).contains("resourceVersion=7");
      assertThat(server.watches().getLast()).contains("resourceVersion=99");
      assertThat(server.lists()).hasSize(1);
    }
  }

  @Test
  void shouldGiveUpAWatchThatIsSilentForTooLong() {
    try (CapturedLog log = new CapturedLog();
        ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream();
                    request.fallSilent();
                  } else {
                    request.reply(200, EMPTY_LIST);
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> server.watches().size() >= 2);

      assertThat(log.lines("WARN", ApiTableSource.class))
          .first()
          .asString()
          .contains("nothing heard for");
    }
  }

  @Test
  void shouldSayOnceThatTheAnswersAreGarbage() {
    try (CapturedLog log = new CapturedLog();
        ScriptedServer server =
            new ScriptedServer(request -> request.reply(200, "<html>\u0007 login</html>"));
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> server.lists().size() == 3);

      assertThat(log.lines("WARN", ApiTableSource.class))
          .singleElement()
          .asString()
          .contains("not JSON: '<html>  login</html>'");
      assertThat(listener.tables).isEmpty();
    }
  }

  @Test
  void shouldSurviveAGarbledEvent() {
    AtomicInteger watches = new AtomicInteger();
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (!request.isWatch()) {
                    request.reply(200, EMPTY_LIST);
                  } else if (watches.getAndIncrement() == 0) {
                    request.stream("{\"type\":\"ADDED\",\"obj");
                  } else {
                    request.stream(event("ADDED", table(1, "one")));
                    request.fallSilent();
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> listener.tables.size() == 1);
    }
  }

  @Test
  void shouldIgnoreTheTableOfAnotherNode() {
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream(
                        event("ADDED", table(1, "alien").replace("node-1", "node-2")),
                        event("ADDED", table(1, "own")));
                    request.fallSilent();
                  } else {
                    request.reply(200, EMPTY_LIST);
                  }
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> !listener.tables.isEmpty());

      assertThat(listener.routesOfLast()).containsExactly("own");
      assertThat(listener.tables).hasSize(1);
    }
  }

  @Test
  void shouldWaitAsLongAsTheServerSays() {
    try (CapturedLog log = new CapturedLog();
        ScriptedServer server =
            new ScriptedServer(
                request -> {
                  request.header("Retry-After", "2");
                  request.reply(429, "{\"kind\":\"Status\",\"message\":\"busy\"}");
                });
        ApiTableSource source = start(server)) {
      await().atMost(SOON).until(() -> server.lists().size() == 1);
      long firstNanos = System.nanoTime();
      await().atMost(SOON).until(() -> server.lists().size() == 2);

      assertThat(Duration.ofNanos(System.nanoTime() - firstNanos))
          .isGreaterThan(Duration.ofMillis(1_800));
      await().atMost(SOON).until(() -> server.lists().size() == 3);
      assertThat(log.lines("WARN", ApiTableSource.class))
          .as("once is nothing special, twice is")
          .singleElement()
          .asString()
          .contains("429: busy");
    }
  }

  @Test
  void shouldCloseAtOnceWhileTheServerHoldsBackItsAnswer() {
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.Request::fallSilent)) {
      ApiTableSource source = start(server);
      await().atMost(SOON).until(() -> server.lists().size() == 1);

      long beganNanos = System.nanoTime();
      source.close();

      assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
          .isLessThan(Duration.ofMillis(1_500));
    }
  }

  @Test
  void shouldCloseAtOnceWhileABodyTrickles() {
    try (ScriptedServer server =
        new ScriptedServer(
            request -> {
              request.stream("{");
              request.fallSilent();
            })) {
      ApiTableSource source = start(server);
      await().atMost(SOON).until(() -> server.lists().size() == 1);

      long beganNanos = System.nanoTime();
      source.close();

      assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
          .isLessThan(Duration.ofMillis(1_500));
    }
  }

  @Test
  void shouldGoOnWhenTheListenerFails() {
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream(
                        event("ADDED", table(1, "one")), event("MODIFIED", table(2, "two")));
                    request.fallSilent();
                  } else {
                    request.reply(200, EMPTY_LIST);
                  }
                });
        ApiTableSource source = source(server)) {
      AtomicInteger calls = new AtomicInteger();
      source.start(
          new TableListener() {
            @Override
            public void tableChanged(io.logroute.table.NodeRouteTable table) {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("on purpose");
              }
              listener.tableChanged(table);
            }

            @Override
            public void tableUnusable(String problem) {}
          });

      await().atMost(SOON).until(() -> listener.routesOfLast().equals(List.of("two")));
    }
  }

  @Test
  void shouldReportTheLastOfManyStatusesAndEachOnce() {
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.isWatch()) {
                    request.stream();
                    request.fallSilent();
                  } else {
                    request.reply(200, request.method().equals("PATCH") ? "{}" : EMPTY_LIST);
                  }
                });
        ApiTableSource source = start(server)) {
      for (long generation = 1; generation <= 1_000; generation++) {
        source.report(new TableStatus(generation, null, List.of()));
      }
      await()
          .atMost(SOON)
          .until(
              () ->
                  server.requests("PATCH").stream()
                      .anyMatch(request -> request.contains("\"observedGeneration\":1000")));
      source.report(new TableStatus(1_000L, null, List.of()));
      source.report(new TableStatus(1_001L, null, List.of()));
      await()
          .atMost(SOON)
          .until(
              () ->
                  server.requests("PATCH").stream()
                      .anyMatch(request -> request.contains("\"observedGeneration\":1001")));

      assertThat(server.requests("PATCH"))
          .hasSizeLessThanOrEqualTo(3)
          .doesNotHaveDuplicates()
          .allMatch(
              request ->
                  request.contains("/noderoutetables/node-1/status?fieldValidation=Ignore "));
    }
  }

  @Test
  void shouldReportAgainWhenTheServerFailed() {
    AtomicInteger patches = new AtomicInteger();
    try (ScriptedServer server =
            new ScriptedServer(
                request -> {
                  if (request.method().equals("PATCH")) {
                    request.reply(patches.getAndIncrement() == 0 ? 500 : 200, "{}");
                  } else if (request.isWatch()) {
                    request.stream();
                    request.fallSilent();
                  } else {
                    request.reply(200, EMPTY_LIST);
                  }
                });
        ApiTableSource source = start(server)) {
      source.report(new TableStatus(5L, null, List.of()));

      await().atMost(SOON).until(() -> patches.get() == 2);
    }
  }

  private ApiTableSource start(ScriptedServer server) {
    ApiTableSource source = source(server);
    source.start(listener);
    return source;
  }

  private ApiTableSource source(ScriptedServer server) {
    return new ApiTableSource(
        "node-1",
        server.config(),
        new TableStore(state),
        SHORT,
        new Random(1),
        InstantSource.system());
  }

  private static String list(int version, String table) {
    return "{\"items\":[" + table + "],\"metadata\":{\"resourceVersion\":\"" + version + "\"}}";
  }

  private static String event(String type, String table) {
    return "{\"type\":\"" + type + "\",\"object\":" + table + "}";
  }

  private static String error(int code, String message) {
    return "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":%d,\"message\":\"%s\"}}"
        .formatted(code, message);
  }

  private static String table(int generation, String route) {
    return """
        {"apiVersion":"logroute.io/v1alpha1","kind":"NodeRouteTable",
         "metadata":{"name":"node-1","uid":"u-1","generation":%d,"resourceVersion":"2%d"},
         "spec":{"routes":[{"name":"%s","driver":"none"}]}}"""
        .formatted(generation, generation, route)
        .replace("\n", "");
  }
}
