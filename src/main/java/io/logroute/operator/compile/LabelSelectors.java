// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Label selectors as apimachinery {@code metav1.LabelSelectorAsSelector} reads them: all
 * requirements hold, an empty selector selects everything, {@code NotIn} also what has no such
 * label.
 */
final class LabelSelectors {

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern PREFIX =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*");

  private LabelSelectors() {}

  /** Whether labels fit a selector that {@link #problems} found nothing wrong with. */
  static boolean matches(LabelSelector selector, Map<String, String> labels) {
    return labelsOf(selector).entrySet().stream()
            .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())))
        && expressionsOf(selector).stream().allMatch(e -> matches(e, labels));
  }

  private static boolean matches(LabelSelectorRequirement e, Map<String, String> labels) {
    String value = labels.get(e.getKey());
    return switch (String.valueOf(e.getOperator())) {
      case "In" -> value != null && valuesOf(e).contains(value);
      case "NotIn" -> value == null || !valuesOf(e).contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      default -> false;
    };
  }

  /** What is wrong with a selector; {@code field} is its place in the spec. */
  static List<SpecProblem> problems(String field, @Nullable LabelSelector selector) {
    if (selector == null) {
      return List.of();
    }
    List<SpecProblem> problems = new ArrayList<>();
    labelsOf(selector)
        .forEach(
            (key, value) -> {
              keyProblem(field + ".matchLabels", key, problems);
              valueProblem(field + ".matchLabels", value, problems);
            });
    for (LabelSelectorRequirement e : expressionsOf(selector)) {
      expressionProblems(field + ".matchExpressions", e, problems);
    }
    return problems;
  }

  private static void expressionProblems(
      String field, LabelSelectorRequirement e, List<SpecProblem> problems) {
    keyProblem(field, String.valueOf(e.getKey()), problems);
    boolean hasValues = !valuesOf(e).isEmpty();
    switch (String.valueOf(e.getOperator())) {
      case "In", "NotIn" -> {
        if (!hasValues) {
          problems.add(
              new SpecProblem(field, field + ": operator " + e.getOperator() + " needs values"));
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (hasValues) {
          problems.add(
              new SpecProblem(field, field + ": operator " + e.getOperator() + " takes no values"));
        }
      }
      default ->
          problems.add(
              new SpecProblem(
                  field,
                  field
                      + ": operator '"
                      + e.getOperator()
                      + "' is none: use In, NotIn, Exists or DoesNotExist"));
    }
    valuesOf(e).forEach(value -> valueProblem(field, value, problems));
  }

  private static void keyProblem(String field, String key, List<SpecProblem> problems) {
    int slash = key.indexOf('/');
    boolean prefixIsGood = slash < 0 || PREFIX.matcher(key.substring(0, slash)).matches();
    if (!prefixIsGood || !NAME.matcher(key.substring(slash + 1)).matches()) {
      problems.add(new SpecProblem(field, field + ": '" + key + "' is not the name of a label"));
    }
  }

  private static void valueProblem(
      String field, @Nullable String value, List<SpecProblem> problems) {
    if (value == null || !(value.isEmpty() || NAME.matcher(value).matches())) {
      problems.add(new SpecProblem(field, field + ": '" + value + "' is not the value of a label"));
    }
  }

  private static Map<String, String> labelsOf(LabelSelector selector) {
    return Objects.requireNonNullElse(selector.getMatchLabels(), Map.of());
  }

  private static List<LabelSelectorRequirement> expressionsOf(LabelSelector selector) {
    return Objects.requireNonNullElse(selector.getMatchExpressions(), List.of());
  }

  private static List<String> valuesOf(LabelSelectorRequirement e) {
    return Objects.requireNonNullElse(e.getValues(), List.of());
  }
}
