// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import io.logroute.lint.LintProblem.Severity;
import io.logroute.table.tree.Documents;
import io.logroute.table.tree.Place;
import io.logroute.table.tree.YamlTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command {@code lint} as a function of files. Never throws for what is in them. */
public final class Linter {

  private static final String HINT =
      "; it looks like a Helm template: lint what helm template makes of it";

  private final Map<String, ResourceKind> kinds = ResourceKind.all();

  /**
   * Checks what a command line names.
   *
   * @param paths files, folders, {@code -} for standard input
   */
  public LintReport lint(List<String> paths, InputStream standardInput) {
    List<LintProblem> problems = new ArrayList<>();
    List<YamlSources.Source> sources = YamlSources.of(paths, standardInput);
    CrossCheck together = new CrossCheck();
    int resources = 0;
    for (YamlSources.Source source : sources) {
      DocumentLinter document = new DocumentLinter(kinds, source.name(), together);
      Documents documents = read(source);
      documents.documents().forEach(document::check);
      problems.addAll(document.problems());
      Documents.Failure failure = documents.failure();
      if (failure != null) {
        problems.add(unreadable(source.name(), failure));
      }
      resources += document.resources();
    }
    problems.addAll(together.problems());
    return new LintReport(problems, sources.size(), resources);
  }

  private static Documents read(YamlSources.Source source) {
    try {
      byte[] bytes = source.reading().bytes();
      Documents documents = YamlTree.read(bytes);
      Documents.Failure failure = documents.failure();
      return failure != null && looksLikeTemplate(bytes)
          ? new Documents(
              documents.documents(), new Documents.Failure(failure.place(), failure.cause() + HINT))
          : documents;
    } catch (IOException e) {
      return new Documents(List.of(), new Documents.Failure(Place.UNKNOWN, YamlSources.cause(e)));
    }
  }

  private static boolean looksLikeTemplate(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).contains("{{");
  }

  private static LintProblem unreadable(String file, Documents.Failure failure) {
    Place place = failure.place();
    return new LintProblem(
        file, place.line(), place.column(), Severity.unreadable, "", "", failure.cause());
  }
}
