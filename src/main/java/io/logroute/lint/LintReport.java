// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import io.logroute.lint.LintProblem.Severity;
import java.util.List;

/**
 * What was found, in the order of the files and of their lines.
 *
 * @param files how many were looked into
 * @param resources how many documents of LogRoute's kinds they hold
 */
public record LintReport(List<LintProblem> problems, int files, int resources) {
  public LintReport {
    problems = List.copyOf(problems);
  }

  public long count(Severity severity) {
    return problems.stream().filter(problem -> problem.severity() == severity).count();
  }
}
