// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The one program: {@code logroute COMMAND}. Every option may also come from the environment as
 * {@code LOGROUTE_<OPTION>}, the command line winning.
 */
@Command(
    name = "logroute",
    description = "Per-pod log forwarding to a central ZeroMQ endpoint.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          AgentCommand.class,
          ReceiveCommand.class,
          OperatorCommand.class,
          ExplainCommand.class,
          LintCommand.class,
          DebugBundleCommand.class);

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(commandLine(args).execute(args));
  }

  /**
   * The command line with its environment defaults, exit codes and one-line errors.
   *
   * @param args when the first of them names a command, the others are left out: reading what each
   *     takes would be half of an agent's start
   */
  static CommandLine commandLine(String... args) {
    CommandLine line = new CommandLine(new Main());
    String name = args.length > 0 ? args[0] : "";
    COMMANDS.stream()
        .filter(type -> nameOf(type).equals(name))
        .findFirst()
        .ifPresentOrElse(line::addSubcommand, () -> COMMANDS.forEach(line::addSubcommand));
    return line.setDefaultValueProvider(Main::fromEnvironment)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::usageMistake)
        .setExecutionExceptionHandler(Main::failure);
  }

  private static String nameOf(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command; see logroute --help");
  }

  private static @Nullable String fromEnvironment(CommandLine.Model.ArgSpec arg) {
    if (!(arg instanceof OptionSpec option)) {
      return null;
    }
    String name = option.longestName();
    if (!name.startsWith("--") || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    return System.getenv(
        "LOGROUTE_" + name.substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
  }

  private static int usageMistake(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(e.getCommandLine().getCommandSpec().qualifiedName() + ": " + oneLine(e));
    return CommandLine.ExitCode.USAGE;
  }

  private static int failure(Exception e, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof UsageException usage) {
      command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + oneLine(usage));
      return CommandLine.ExitCode.USAGE;
    }
    throw e;
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }
}
