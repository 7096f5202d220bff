// SPDX-License-Identifier: Apache-2.0
package io.logroute.lint;

import com.fasterxml.jackson.databind.JsonNode;
import io.logroute.lint.LintProblem.Severity;
import io.logroute.operator.compile.NamespaceFacts;
import io.logroute.operator.compile.SpecProblem;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.tree.Place;
import io.logroute.table.tree.Shown;
import io.logroute.table.tree.Tree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks one document: first against the schema of its kind, as the API server does, then by the
 * operator's rules. What is of another group is nobody's business here. A {@code List} is each of
 * its items.
 */
final class DocumentLinter {

  private static final String GROUP = "logroute.io/";
  private static final Set<String> TOP = Set.of("apiVersion", "kind", "metadata", "spec", "status");

  /** The API server's rule for names of objects (RFC 1123 subdomain), without its length. */
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");

  private final List<LintProblem> problems = new ArrayList<>();

  private final Map<String, ResourceKind> kinds;
  private final String file;
  private final CrossCheck together;
  private int resources;

  /**
   * @param together is given every document that is right by itself
   */
  DocumentLinter(Map<String, ResourceKind> kinds, String file, CrossCheck together) {
    this.kinds = kinds;
    this.file = file;
    this.together = together;
  }

  /** Adds a document to what has been checked. */
  void check(Tree document) {
    if (!(document instanceof Tree.Mapping mapping)) {
      return;
    }
    String kind = text(mapping, "kind");
    if (kind.endsWith("List") && value(mapping, "items") instanceof Tree.Listing items) {
      items.items().forEach(this::check);
      return;
    }
    String apiVersion = text(mapping, "apiVersion");
    if (apiVersion.equals("v1") && kind.equals("Namespace")) {
      namespace(mapping);
    }
    if (!apiVersion.startsWith(GROUP) || kind.equals(NodeRouteTable.KIND)) {
      return;
    }
    resources++;
    ResourceKind known = kinds.get(kind);
    if (!apiVersion.equals(NodeRouteTable.API_VERSION)) {
      refuse(
          mapping,
          "apiVersion",
          "must be " + NodeRouteTable.API_VERSION + ", not " + Shown.quoted(apiVersion));
    } else if (known == null) {
      refuse(
          mapping,
          "kind",
          Shown.quoted(kind)
              + " is no kind of "
              + apiVersion
              + ": use "
              + String.join(", ", kinds.keySet()));
    } else {
      checkResource(mapping, known);
    }
  }

  /** All problems so far, in the order of the lines. */
  List<LintProblem> problems() {
    return problems.stream()
        .sorted(Comparator.comparingInt(LintProblem::line).thenComparingInt(LintProblem::column))
        .toList();
  }

  int resources() {
    return resources;
  }

  private void checkResource(Tree.Mapping document, ResourceKind kind) {
    document
        .entries()
        .forEach(
            (name, entry) -> {
              if (!TOP.contains(name)) {
                refuse(document, name, "unknown field " + Shown.quoted(name));
              }
            });
    metadata(document);
    spec(document, kind);
  }

  private void metadata(Tree.Mapping document) {
    SchemaCheck check = new SchemaCheck();
    Tree metadata = value(document, "metadata");
    if (metadata == null) {
      refuse(document, "metadata", "is missing");
      return;
    }
    Place place = placeOf(document, "metadata");
    check.check(metadata, ResourceSchema.METADATA, "metadata", place);
    add(document, check.findings());
    if (metadata instanceof Tree.Mapping mapping) {
      name(document, mapping, place);
    }
  }

  private void name(Tree.Mapping document, Tree.Mapping metadata, Place place) {
    if (value(metadata, "name") == null) {
      if (value(metadata, "generateName") == null) {
        add(document, Severity.error, place, "metadata.name", "metadata.name is missing");
      }
    } else if (!NAME.matcher(text(metadata, "name")).matches()) {
      add(
          document,
          Severity.error,
          placeOf(metadata, "name"),
          "metadata.name",
          "metadata.name "
              + Shown.quoted(text(metadata, "name"))
              + " is not a name: use a-z 0-9 - and . between letters or digits");
    }
  }

  private void spec(Tree.Mapping document, ResourceKind kind) {
    Tree spec = value(document, "spec");
    if (spec == null) {
      refuse(document, "spec", "is missing");
      return;
    }
    SchemaCheck check = new SchemaCheck();
    JsonNode json = check.check(spec, kind.schema().spec(), "spec", placeOf(document, "spec"));
    add(document, check.findings());
    if (json != null && check.isUsable()) {
      ResourceKind.Verdict verdict = kind.rules().apply(json);
      add(document, spec, Severity.error, verdict.errors());
      add(document, spec, Severity.warning, verdict.remarks());
      if (verdict.errors().isEmpty()) {
        together.add(given(document, spec, json));
      }
    }
  }

  private GivenResource given(Tree.Mapping document, Tree spec, JsonNode json) {
    Tree.Mapping metadata = mapping(document, "metadata");
    return new GivenResource(
        file,
        text(document, "kind"),
        nameOf(document),
        metadata == null ? "" : text(metadata, "namespace"),
        metadata == null ? "" : text(metadata, "name"),
        json,
        spec,
        placeOf(document, "spec"));
  }

  private void namespace(Tree.Mapping document) {
    Tree.Mapping metadata = mapping(document, "metadata");
    if (metadata != null) {
      together.add(
          new NamespaceFacts(
              text(metadata, "name"), texts(metadata, "labels"), texts(metadata, "annotations")));
    }
  }

  private static Map<String, String> texts(Tree.Mapping mapping, String name) {
    Tree.Mapping texts = mapping(mapping, name);
    Map<String, String> all = new TreeMap<>();
    if (texts != null) {
      texts.entries().keySet().forEach(key -> all.put(key, text(texts, key)));
    }
    return all;
  }

  private static Tree.@Nullable Mapping mapping(Tree.Mapping document, String name) {
    return value(document, name) instanceof Tree.Mapping mapping ? mapping : null;
  }

  private void add(Tree.Mapping document, List<SchemaCheck.Finding> findings) {
    for (SchemaCheck.Finding finding : findings) {
      boolean namesItself = finding.message().contains(finding.path());
      add(
          document,
          Severity.error,
          finding.place(),
          finding.path(),
          namesItself ? finding.message() : finding.path() + " " + finding.message());
    }
  }

  private void add(
      Tree.Mapping document, Tree spec, Severity severity, List<SpecProblem> specProblems) {
    for (SpecProblem problem : specProblems) {
      Place place = FieldPlaces.of(spec, problem.field(), placeOf(document, "spec"));
      String field = problem.field().isEmpty() ? "spec" : "spec." + problem.field();
      add(document, severity, place, field, problem.sentence());
    }
  }

  private void refuse(Tree.Mapping document, String name, String message) {
    String sentence = message.startsWith("unknown") ? message : name + " " + message;
    add(document, Severity.error, placeOf(document, name), name, sentence);
  }

  private void add(
      Tree.Mapping document, Severity severity, Place place, String field, String message) {
    problems.add(
        new LintProblem(
            file, place.line(), place.column(), severity, nameOf(document), field, message));
  }

  private static Place placeOf(Tree.Mapping document, String name) {
    Tree.Entry entry = document.entries().get(name);
    return entry == null ? document.place() : entry.place();
  }

  private static String nameOf(Tree.Mapping document) {
    String kind = Shown.plain(text(document, "kind"));
    if (!(value(document, "metadata") instanceof Tree.Mapping metadata)) {
      return kind;
    }
    String namespace = Shown.plain(text(metadata, "namespace"));
    String name = Shown.plain(text(metadata, "name"));
    return (kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name).strip();
  }

  private static String text(Tree.Mapping mapping, String name) {
    return value(mapping, name) instanceof Tree.Scalar scalar ? scalar.text() : "";
  }

  private static @Nullable Tree value(Tree.Mapping mapping, String name) {
    Tree.Entry entry = mapping.entries().get(name);
    return entry == null
            || (entry.value() instanceof Tree.Scalar scalar && scalar.type() == Tree.Type.NULL)
        ? null
        : entry.value();
  }
}
