// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
            .allMatch(wanted -> Objects.equals(wanted.getValue(), labels.get(wanted.getKey())))
        && expressionsOf(selector).stream().allMatch(e -> matches(e, labels));
  }

  /** The first requirement that labels do not meet, in words; empty when they meet all. */
  static Optional<String> unmet(LabelSelector selector, Map<String, String> labels) {
    Stream<String> ofLabels =
        labelsOf(selector).entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .filter(wanted -> !Objects.equals(wanted.getValue(), labels.get(wanted.getKey())))
            .map(
                wanted ->
                    "it wants "
                        + wanted.getKey()
                        + "="
                        + wanted.getValue()
                        + has(wanted.getKey(), labels));
    Stream<String> ofExpressions =
        expressionsOf(selector).stream()
            .filter(e -> !matches(e, labels))
            .map(
                e ->
                    "it wants "
                        + e.getKey()
                        + " "
                        + e.getOperator()
                        + (valuesOf(e).isEmpty() ? "" : " " + valuesOf(e))
                        + has(String.valueOf(e.getKey()), labels));
    return Stream.concat(ofLabels, ofExpressions).findFirst();
  }

  private static String has(String key, Map<String, String> labels) {
    String value = labels.get(key);
    return value == null ? ", the pod has no such label" : ", the pod has " + key + "=" + value;
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
