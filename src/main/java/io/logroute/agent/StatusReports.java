// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import io.logroute.agent.source.TableSource;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.TableStatus;
import io.logroute.table.TableStatus.Problem;
import io.logroute.table.TableStatus.RouteReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the agent tells of its table: which one it runs, and what is wrong with its routes. Looked
 * at every two seconds on a thread of its own; an endpoint that is away is told after five, so that
 * a restart over there is none of anybody's business.
 */
final class StatusReports {

  private static final long LOOK_MS = 2_000;
  private static final long AWAY_MS = 5_000;

  /** The table in force, and what cannot run of it. */
  private record InForce(NodeRouteTable table, Instant since, Map<String, List<String>> problems) {}

  private final AgentPipelines pipelines;
  private final TableSource source;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("status").daemon().factory());
  private final EndpointLog endpointLog = new EndpointLog();
  private volatile @Nullable InForce inForce;
  private volatile @Nullable String tableProblem;

  StatusReports(AgentPipelines pipelines, TableSource source) {
    this.pipelines = pipelines;
    this.source = source;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::report, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  void close() {
    thread.shutdown();
  }

  void tableInForce(NodeRouteTable table, Map<String, List<String>> problems) {
    inForce = new InForce(table, Instant.now(), problems);
    tableProblem = null;
    source.report(status());
  }

  void tableUnusable(String problem) {
    tableProblem = problem;
    source.report(status());
  }

  /** The generation in force; null before the first table. */
  @Nullable Long generation() {
    InForce now = inForce;
    return now == null ? null : now.table.generation();
  }

  private void report() {
    Map<String, String> problems = new TreeMap<>();
    pipelines
        .all()
        .forEach(
            pipeline ->
                endpointProblem(pipeline)
                    .ifPresent(problem -> problems.put(pipeline.name(), problem.message())));
    endpointLog.tell(problems);
    source.report(status());
  }

  private TableStatus status() {
    Map<String, List<Problem>> byRoute = new TreeMap<>();
    InForce now = inForce;
    if (now != null) {
      now.problems.forEach(
          (route, sentences) ->
              sentences.forEach(sentence -> add(byRoute, route, now.since, sentence)));
    }
    for (Pipeline pipeline : pipelines.all()) {
      addEndpointProblem(byRoute, pipeline);
      pipeline.feeds().forEach(feed -> addFailure(byRoute, feed));
    }
    List<RouteReport> routes = new ArrayList<>();
    byRoute.forEach((route, problems) -> routes.add(new RouteReport(route, problems)));
    return new TableStatus(generation(), tableProblem, routes);
  }

  private static void addFailure(Map<String, List<Problem>> byRoute, Feed feed) {
    Feed.Failure failure = feed.failure();
    if (failure != null) {
      String container = feed.containerLog().folder().key();
      add(byRoute, feed.route(), failure.at(), container + " is not read: " + failure.what());
    }
  }

  private static void addEndpointProblem(Map<String, List<Problem>> byRoute, Pipeline pipeline) {
    endpointProblem(pipeline)
        .ifPresent(
            problem ->
                pipeline.feeds().stream()
                    .map(Feed::route)
                    .distinct()
                    .forEach(route -> add(byRoute, route, problem)));
  }

  private static Optional<Problem> endpointProblem(Pipeline pipeline) {
    long sinceMs = pipeline.status().sinceEpochMs();
    if (pipeline.status().isConnected() || System.currentTimeMillis() - sinceMs <= AWAY_MS) {
      return Optional.empty();
    }
    String sentence =
        "endpoint " + pipeline.name() + " takes no lines: " + pipeline.status().problem();
    return Optional.of(new Problem(Instant.ofEpochMilli(sinceMs), sentence));
  }

  private static void add(
      Map<String, List<Problem>> byRoute, String route, Instant since, String sentence) {
    add(byRoute, route, new Problem(since, sentence));
  }

  private static void add(Map<String, List<Problem>> byRoute, String route, Problem problem) {
    byRoute.computeIfAbsent(route, unused -> new ArrayList<>()).add(problem);
  }
}
