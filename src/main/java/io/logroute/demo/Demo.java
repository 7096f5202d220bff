// SPDX-License-Identifier: Apache-2.0
package io.logroute.demo;

import io.logroute.receiver.Receiver;
import io.logroute.receiver.ReceiverConfig;
import io.logroute.receiver.SinkConfig;
import io.logroute.receiver.StartFailedException;
import io.logroute.receiver.intake.BindAddress;
import io.logroute.receiver.intake.SocketKind;
import io.logroute.receiver.store.StoreLimits;
import io.logroute.receiver.store.StoredLog;
import io.logroute.receiver.store.Traffic;
import io.logroute.receiver.web.Access;
import io.logroute.table.TableCodec;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * The main job with no cluster: pods write, an agent forwards, a receiver keeps, and in the end
 * what was written is compared with what the receiver's files hold. One thread does it all; agent
 * and receiver have their own.
 */
public final class Demo implements AutoCloseable {

  /** The kubelet's values are 10 MiB and 10 s; here everything happens ten times as fast. */
  private static final long LOG_MAX_BYTES = 1 << 20;

  private static final int LOG_MAX_FILES = 5;
  private static final long CHECK_SIZES_MS = 1000;
  private static final long CRASH_MS = 1500;

  private static final long TICK_MS = 10;
  private static final double QUIET_LINES_PER_SECOND = 100;
  private static final Duration FIRST_LINE_WITHIN = Duration.ofSeconds(30);
  private static final Duration NO_PROGRESS = Duration.ofSeconds(10);
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);

  private final DemoOptions options;
  private final Path folder;
  private final PrintStream out;
  private final LiveView view;
  private final BooleanSupplier stopAsked;
  private final WriteLedger ledger = new WriteLedger();
  private final NodeModel node;
  private final Workload workload;
  private final Receiver receiver;
  private final AgentProcess agent;

  private long sizesCheckedNanos = System.nanoTime();
  private long crashedNanos = System.nanoTime();

  private Demo(
      DemoOptions options,
      Path folder,
      PrintStream out,
      boolean terminal,
      BooleanSupplier stopAsked)
      throws IOException, DemoFailedException {
    this.options = options;
    this.folder = folder;
    this.out = out;
    this.view = new LiveView(out, terminal);
    this.stopAsked = stopAsked;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    this.node = new NodeModel(folder, Clock.systemUTC(), random, LOG_MAX_BYTES, LOG_MAX_FILES);
    this.workload = new Workload(node, random, ledger);
    this.receiver = startReceiver();
    this.agent = startAgent();
  }

  /**
   * Runs the demo.
   *
   * @param out where it is shown
   * @param terminal whether that is a terminal
   * @param stopAsked turns true when the user wants it to end
   * @return whether everything arrived
   * @throws UnusableFolderException when it has no folder to work in
   * @throws DemoFailedException when it cannot be shown; the folder stays
   */
  public static boolean run(
      DemoOptions options, PrintStream out, boolean terminal, BooleanSupplier stopAsked)
      throws UnusableFolderException, DemoFailedException, InterruptedException {
    Path folder = DemoFolder.open(options.folder());
    try {
      boolean good;
      try (Demo demo = new Demo(options, folder, out, terminal, stopAsked)) {
        good = demo.run();
      }
      if (options.folder() == null && good) {
        DemoFolder.delete(folder);
      } else {
        out.println("demo: everything is in " + folder);
      }
      return good;
    } catch (IOException e) {
      throw new DemoFailedException("the demo cannot write %s: %s".formatted(folder, e));
    }
  }

  private Receiver startReceiver() throws DemoFailedException {
    StoreLimits limits =
        new StoreLimits(
            8 << 20, Duration.ofDays(1), 0, Duration.ZERO, StoreLimits.DEFAULT_MAX_OPEN_FILES);
    try {
      return Receiver.start(
          new ReceiverConfig(
              Map.of(SocketKind.SUB, BindAddress.parse("tcp://127.0.0.1:0")),
              data(),
              new InetSocketAddress("127.0.0.1", 0),
              limits,
              Duration.ofSeconds(1),
              Access.open(),
              null,
              new SinkConfig.Files()));
    } catch (StartFailedException e) {
      throw new DemoFailedException(String.valueOf(e.getMessage()));
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private AgentProcess startAgent() throws IOException {
    String address = receiver.boundAddress(SocketKind.SUB).orElseThrow();
    Path routes =
        Files.write(folder.resolve("routes.yaml"), TableCodec.writeYaml(workload.table(address)));
    return AgentProcess.start(
        folder.resolve("agent.log"),
        List.of(
            "--routes",
            routes.toString(),
            "--pods-dir",
            node.podsDir().toString(),
            "--containers-dir",
            node.containersDir().toString(),
            "--state-dir",
            folder.resolve("state").toString(),
            "--http",
            "127.0.0.1:0"));
  }

  private boolean run() throws IOException, DemoFailedException, InterruptedException {
    introduce();
    writeBacklog();
    write(options.totalLines(), options.linesPerSecond());
    if (options.keepRunning() && !stopAsked.getAsBoolean()) {
      awaitArrival();
      report(verdict());
      view.say("demo: goes on with a few lines a second until you press Ctrl-C");
      write(Long.MAX_VALUE, QUIET_LINES_PER_SECOND);
    }
    workload.stop();
    awaitArrival();
    agent.stop(STOP_GRACE);
    receiver.close();
    Verdict verdict = verdict();
    view.say(
        "demo: %d files rotated, %d of them compressed, %d container restarts"
            .formatted(node.rotated(), node.compressed(), workload.restarts()));
    report(verdict);
    return verdict.isGood();
  }

  private void introduce() {
    InetSocketAddress http = receiver.httpAddress();
    view.say("demo: pods write to  " + node.podsDir());
    view.say("demo: lines kept in  " + data());
    view.say("demo: live page at    http://%s:%d/".formatted(http.getHostString(), http.getPort()));
    view.say("demo: the agent starts; until it is there the files are the buffer");
  }

  /** While the agent starts, pods write a tenth of their lines: files are the buffer. */
  private void writeBacklog() throws IOException, DemoFailedException, InterruptedException {
    long startNanos = System.nanoTime();
    write(options.totalLines() / 10, options.linesPerSecond());
    while (receiver.traffic().lines() == 0 && workload.lines() > 0 && !stopAsked.getAsBoolean()) {
      if (System.nanoTime() - startNanos > FIRST_LINE_WITHIN.toNanos()) {
        throw new DemoFailedException(
            "no line arrived within %d s; the agent says: %s"
                .formatted(FIRST_LINE_WITHIN.toSeconds(), String.join("\n", agent.lastWords())));
      }
      pause();
    }
  }

  /** Pods write until so many lines are written in all, or the user wants it to end. */
  private void write(long untilLines, double linesPerSecond)
      throws IOException, DemoFailedException, InterruptedException {
    long startNanos = System.nanoTime();
    long startLines = workload.lines();
    while (workload.lines() < untilLines && !stopAsked.getAsBoolean()) {
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      long due = Math.min(untilLines, startLines + Math.round(seconds * linesPerSecond));
      if (receiver.traffic().lines() > 0) {
        kubelet(untilLines);
      }
      while (workload.lines() < due) {
        workload.writeLine();
      }
      pause();
    }
  }

  /** Rotates and crashes; only once the agent works, since what no agent has seen may go. */
  private void kubelet(long untilLines) throws IOException {
    long now = System.nanoTime();
    if (now - sizesCheckedNanos > Duration.ofMillis(CHECK_SIZES_MS).toNanos()) {
      workload.checkSizes();
      sizesCheckedNanos = now;
    }
    boolean room = workload.lines() + 1 < untilLines;
    if (now - crashedNanos > Duration.ofMillis(CRASH_MS).toNanos() && room) {
      workload.crash();
      crashedNanos = now;
    }
  }

  private void pause() throws IOException, DemoFailedException, InterruptedException {
    if (!agent.isAlive()) {
      throw new DemoFailedException("the agent ended: " + String.join("\n", agent.lastWords()));
    }
    look();
    Thread.sleep(TICK_MS);
  }

  private void look() {
    if (view.isDue()) {
      view.show(ledger.linesByService(), received());
    }
  }

  private SortedMap<String, Long> received() {
    SortedMap<String, Long> received = new TreeMap<>();
    for (Traffic.Total total : receiver.traffic().totals()) {
      received.put(total.tenantId() + "/" + total.serviceId(), total.lines());
    }
    return received;
  }

  /** Waits while lines still arrive. */
  private void awaitArrival() throws InterruptedException {
    long arrived = receiver.traffic().lines();
    long progressNanos = System.nanoTime();
    while (arrived < workload.lines()
        && agent.isAlive()
        && System.nanoTime() - progressNanos < NO_PROGRESS.toNanos()) {
      Thread.sleep(TICK_MS);
      look();
      long now = receiver.traffic().lines();
      if (now > arrived) {
        arrived = now;
        progressNanos = System.nanoTime();
      }
    }
    view.show(ledger.linesByService(), received());
  }

  private Verdict verdict() throws IOException {
    List<Verdict.Pair> pairs = new ArrayList<>();
    for (WrittenLog log : ledger.logs()) {
      LineSequence lines = new LineSequence();
      StoredLog.of(data(), log.tenantId(), log.serviceId(), log.tag()).read(lines::add);
      pairs.add(new Verdict.Pair(log, lines));
    }
    return Verdict.of(pairs, receiver.traffic().lines());
  }

  private void report(Verdict verdict) {
    verdict.report().forEach(view::say);
    out.flush();
  }

  @Override
  public void close() {
    agent.close();
    receiver.close();
  }
}
