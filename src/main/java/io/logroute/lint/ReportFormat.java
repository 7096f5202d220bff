// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.logroute.lint.LintProblem.Severity;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/** How a report is printed on standard output. */
public enum ReportFormat {
  /** One line a problem, as compilers write them, and one that sums up. */
  text {
    @Override
    public String print(LintReport report) {
      return lines(found(report).stream().map(ReportFormat::line).toList())
          + summary(report)
          + "\n";
    }
  },
  /** One JSON document. */
  json {
    @Override
    public String print(LintReport report) {
      return toJson(report) + "\n";
    }
  },
  /** Workflow commands, which GitHub shows at the line in a pull request. */
  github {
    @Override
    public String print(LintReport report) {
      return lines(report.problems().stream().map(ReportFormat::annotation).toList());
    }
  };

  /** The report as text, every line ended. */
  public abstract String print(LintReport report);

  /** {@code file:line:column}, as far as it is known. */
  public static String place(LintProblem problem) {
    return problem.line() == 0
        ? problem.file()
        : problem.file() + ":" + problem.line() + ":" + problem.column();
  }

  private static List<LintProblem> found(LintReport report) {
    return report.problems().stream().filter(p -> p.severity() != Severity.unreadable).toList();
  }

  private static String lines(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private static String line(LintProblem problem) {
    return place(problem)
        + ": "
        + problem.severity()
        + ": "
        + problem.object()
        + ": "
        + problem.message();
  }

  private static String summary(LintReport report) {
    return counted(report.resources(), "resource")
        + " in "
        + counted(report.files(), "file")
        + ": "
        + counted(report.count(Severity.error), "error")
        + ", "
        + counted(report.count(Severity.warning), "warning")
        + (report.count(Severity.unreadable) == 0
            ? ""
            : ", " + counted(report.count(Severity.unreadable), "file") + " not readable");
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String annotation(LintProblem problem) {
    String level = problem.severity() == Severity.warning ? "warning" : "error";
    String at = problem.line() == 0 ? "" : ",line=" + problem.line() + ",col=" + problem.column();
    String title = problem.object().isEmpty() ? "could not read" : problem.object();
    return "::%s file=%s%s,title=%s::%s"
        .formatted(level, property(problem.file()), at, property(title), data(problem.message()));
  }

  /** Escapes as the runner's toolkit does. */
  private static String data(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return data(text).replace(":", "%3A").replace(",", "%2C");
  }

  private static String toJson(LintReport report) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.setPrettyPrinter(new DefaultPrettyPrinter());
      out.writeStartObject();
      out.writeNumberField("files", report.files());
      out.writeNumberField("resources", report.resources());
      out.writeArrayFieldStart("problems");
      for (LintProblem problem : report.problems()) {
        write(out, problem);
      }
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, LintProblem problem) throws IOException {
    out.writeStartObject();
    out.writeStringField("file", problem.file());
    out.writeNumberField("line", problem.line());
    out.writeNumberField("column", problem.column());
    out.writeStringField("severity", problem.severity().name());
    out.writeStringField("object", problem.object());
    out.writeStringField("field", problem.field());
    out.writeStringField("message", problem.message());
    out.writeEndObject();
  }
}
