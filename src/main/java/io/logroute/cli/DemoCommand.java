// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.demo.Demo;
import io.logroute.demo.DemoFailedException;
import io.logroute.demo.DemoOptions;
import io.logroute.demo.UnusableFolderException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code logroute demo}: the main job with no cluster, ending with a verdict. */
@Command(
    name = "demo",
    description = {
      "Shows the main job with no cluster: pods write log files as on a node, an agent forwards them,"
          + " a receiver keeps them.",
      "Ends with a verdict: everything written has arrived (exit 0), or what was lost (exit 1)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class DemoCommand implements Callable<Integer> {

  /** Enough to let what was written arrive, and to compare it. */
  private static final Duration STOP_GRACE = Duration.ofSeconds(90);

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      description = "How long pods write. Default: 8s",
      converter = DurationConverter.class)
  private @Nullable Duration duration;

  @Option(
      names = "--lines",
      paramLabel = "N",
      description = "How many lines they write. Default: 12500 a second")
  private @Nullable Long lines;

  @Option(
      names = "--keep-running",
      description = "After the verdict goes on with a few lines a second until you press Ctrl-C.")
  private boolean keepRunning;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Puts everything into this empty folder and leaves it there."
              + " Default: a temporary one, removed when all is well")
  private @Nullable Path folder;

  @Override
  public Integer call() throws InterruptedException {
    if (lines != null && lines < 1) {
      throw new UsageException("--lines must be at least 1");
    }
    if (duration != null && duration.isZero()) {
      throw new UsageException("--duration must be more than 0");
    }
    quiet();
    boolean terminal = System.console() != null && System.console().isTerminal();
    StopSignal stop = StopSignal.install(STOP_GRACE);
    int exitCode = 1;
    try {
      DemoOptions options = new DemoOptions(duration, lines, keepRunning, folder);
      exitCode = Demo.run(options, System.out, terminal, stop::isAsked) ? 0 : 1;
    } catch (UnusableFolderException e) {
      exitCode = 2;
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (DemoFailedException e) {
      System.err.println("logroute demo: " + e.getMessage());
    } finally {
      stop.done(exitCode);
    }
    return exitCode;
  }

  /** The receiver in this process says only what is wrong; the rest would stand in the table. */
  private static void quiet() {
    String level = "org.slf4j.simpleLogger.defaultLogLevel";
    System.setProperty(level, System.getProperty(level, "warn"));
  }
}
