// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.lint.LintProblem;
import io.logroute.lint.LintProblem.Severity;
import io.logroute.lint.LintReport;
import io.logroute.lint.Linter;
import io.logroute.lint.ReportFormat;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code logroute lint}: the operator's rules on files, before anything is applied. */
@Command(
    name = "lint",
    description =
        "Checks LogRoute, LogEndpoint and LogAgent documents in YAML and JSON files with the rules"
            + " of the API server's definitions and of the operator.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is wrong; warnings may have been printed",
      "1:problems were found",
      "2:something could not be read, or a usage mistake"
    })
final class LintCommand implements Callable<Integer> {

  private static final int PROBLEMS_FOUND = 1;
  private static final int COULD_NOT_READ = 2;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files, or folders with all .yaml, .yml and .json files below; - is standard input."
              + " Documents of other kinds are skipped.")
  private List<String> paths;

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private ReportFormat output;

  @Override
  public Integer call() {
    LintReport report = new Linter().lint(paths, System.in);
    PrintWriter out = spec.commandLine().getOut();
    out.print(output.print(report));
    out.flush();
    PrintWriter err = spec.commandLine().getErr();
    report.problems().stream()
        .filter(problem -> problem.severity() == Severity.unreadable)
        .map(LintCommand::unreadable)
        .forEach(err::println);
    err.flush();
    return exitCode(report);
  }

  private static String unreadable(LintProblem problem) {
    return "logroute lint: could not read "
        + ReportFormat.place(problem)
        + ": "
        + problem.message();
  }

  private static int exitCode(LintReport report) {
    if (report.count(Severity.unreadable) > 0) {
      return COULD_NOT_READ;
    }
    return report.count(Severity.error) > 0 ? PROBLEMS_FOUND : 0;
  }
}
