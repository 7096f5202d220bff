// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.TableCodec;
import io.logroute.table.TableReading;
import io.logroute.table.TableStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NodeRouteTable of one node, followed in the API server by list and watch. While the API
 * server is away, or the object is deleted, the last table stays; one log line says so when it
 * begins and one when it ends. A change of the object that leaves its generation alone, such as our
 * own status, is none.
 *
 * <p>The stored table of an earlier run is told first, so an agent starts without the API server.
 */
public final class ApiTableSource implements TableSource {

  private static final Logger log = LoggerFactory.getLogger(ApiTableSource.class);

  /**
   * How long a watch may take.
   *
   * @param watch it is asked for this long, and up to as much again: not all agents come back at
   *     once
   * @param silence after that: bookmarks come about every minute and the server ends a watch in
   *     time, so this is a dead peer
   * @param settled a watch that has not refused its start version by now has taken it
   */
  record Times(Duration watch, Duration silence, Duration settled) {}

  private static final Times TIMES =
      new Times(Duration.ofMinutes(4), Duration.ofSeconds(30), Duration.ofSeconds(2));

  private final String node;
  private final TableStore store;
  private final ApiConnection connection;
  private final TableResource resource;
  private final TableStatusReporter reporter;
  private final Times times;
  private final RandomGenerator random;
  private final Backoff backoff;
  private final Reachability reachability;
  private final SourceThread thread = new SourceThread("table-watch", this::run);

  private TableListener listener = TableListener.NONE;
  private @Nullable String resourceVersion;
  private @Nullable Version told;
  private boolean absenceTold;

  /** What tells one content of a table from another. */
  private record Version(String uid, long generation) {}

  /**
   * @param node whose table it is
   * @param store keeps the last good table for the next start
   */
  public ApiTableSource(String node, ApiServerConfig config, TableStore store) {
    this(node, config, store, TIMES, RandomGenerator.getDefault(), InstantSource.system());
  }

  ApiTableSource(
      String node,
      ApiServerConfig config,
      TableStore store,
      Times times,
      RandomGenerator random,
      InstantSource clock) {
    this.node = node;
    this.store = store;
    this.times = times;
    this.random = random;
    connection = new ApiConnection(config);
    resource = new TableResource(connection, node);
    reporter =
        new TableStatusReporter(
            resource,
            new Backoff(random),
            "Reporting the status of node " + node + " to " + connection.server());
    backoff = new Backoff(random);
    reachability = new Reachability(log, "Watching the table at " + connection.server(), clock);
  }

  @Override
  public void start(TableListener listener) {
    this.listener = new GuardedListener(listener);
    thread.start();
    reporter.start();
  }

  @Override
  public void report(TableStatus status) {
    reporter.report(status);
  }

  @Override
  public void close() {
    thread.stop();
    reporter.stop();
    connection.close();
    thread.join();
    reporter.join();
  }

  private void run() {
    store.load().ifPresent(this::tell);
    while (!thread.isStopping()) {
      try {
        follow();
      } catch (IOException e) {
        if (!thread.isStopping()) {
          recover(e);
        }
      }
    }
  }

  private void recover(IOException e) {
    if (e instanceof ApiFailure failure && failure.isGone()) {
      resourceVersion = null;
    }
    if (!isRoutine(e) || !backoff.isAtFirst()) {
      reachability.failed(String.valueOf(e.getMessage()));
    }
    thread.pause(backoff.nextMs(e));
  }

  /** Once it is nothing special: a list brings a newer version, a busy server has time later. */
  private static boolean isRoutine(IOException e) {
    return e instanceof ApiFailure failure && (failure.isGone() || failure.isBusy());
  }

  private void follow() throws IOException {
    if (resourceVersion == null) {
      list();
    }
    long begunNanos = System.nanoTime();
    long seconds = times.watch.toSeconds() + random.nextLong(times.watch.toSeconds());
    try (ApiConnection.Answer answer = resource.watch(String.valueOf(resourceVersion), seconds)) {
      watch(answer.body(), Duration.ofSeconds(seconds).plus(times.silence));
    }
    if (System.nanoTime() - begunNanos < times.settled.toNanos()) {
      thread.pause(Backoff.FIRST_MS);
    }
  }

  private void list() throws IOException {
    JsonNode list = resource.list();
    String version = list.path("metadata").path("resourceVersion").asText();
    if (version.isEmpty()) {
      throw new IOException("the answer is no list of NodeRouteTables");
    }
    JsonNode items = list.path("items");
    if (items.isEmpty()) {
      noTable();
    }
    for (JsonNode item : items) {
      tell(item);
    }
    resourceVersion = version;
  }

  /** Until the connection ends, which the server does in time; what it refuses is thrown. */
  private void watch(LineBody body, Duration longestSilence) throws IOException {
    byte[] first = body.nextLine(times.settled);
    if (first != null) {
      event(WatchEvent.parse(first));
    } else if (body.hasEnded()) {
      throw new IOException("it ends the watch at once");
    }
    backoff.reset();
    reachability.works();
    while (!thread.isStopping()) {
      byte[] line = nextLine(body, longestSilence);
      if (line == null) {
        return;
      }
      event(WatchEvent.parse(line));
    }
  }

  /** A connection that breaks after it has worked is the end of a watch as any other. */
  private static byte @Nullable [] nextLine(LineBody body, Duration longestSilence)
      throws IOException {
    byte[] line;
    try {
      line = body.nextLine(longestSilence);
    } catch (IOException e) {
      log.debug("The watch broke: {}", e.getMessage());
      return null;
    }
    if (line == null && !body.hasEnded()) {
      throw new IOException("nothing heard for " + longestSilence.toSeconds() + " s");
    }
    return line;
  }

  private void event(WatchEvent event) {
    if (!event.resourceVersion().isEmpty()) {
      resourceVersion = event.resourceVersion();
    }
    switch (event.type()) {
      case "ADDED", "MODIFIED" -> tell(event.object());
      case "DELETED" ->
          log.info("The table of node {} was deleted; going on with the last one", node);
      default -> log.debug("{} {}", event.type(), resourceVersion);
    }
  }

  private void noTable() {
    if (told == null && !absenceTold) {
      absenceTold = true;
      log.info("There is no table for node {} yet; waiting for the operator to write one", node);
    }
  }

  private void tell(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    Version version =
        new Version(metadata.path("uid").asText(), metadata.path("generation").asLong());
    if (version.equals(told)
        || !node.equals(metadata.path("name").asText())
        || thread.isStopping()) {
      return;
    }
    if (told != null && !told.uid.equals(version.uid)) {
      reporter.repeat();
    }
    told = version;
    byte[] document = TableStore.document(object);
    switch (TableCodec.readJson(document)) {
      case TableReading.Good(NodeRouteTable table) -> {
        listener.tableChanged(table);
        store.save(document);
      }
      case TableReading.Bad(String sentence) ->
          listener.tableUnusable(
              "table of node %s, generation %d: %s".formatted(node, version.generation, sentence));
    }
  }
}
