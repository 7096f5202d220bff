// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.logroute.api.v1alpha1.ContainerGlobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Selectors that are valid and can never match: what one requirement asks, another forbids. */
final class Contradictions {

  private Contradictions() {}

  /** What a label may be by the requirements so far. */
  private static final class Allowed {
    private @Nullable Set<String> values;
    private final Set<String> forbidden = new TreeSet<>();
    private boolean present;
    private boolean absent;

    void only(List<String> wanted) {
      present = true;
      if (values == null) {
        values = new TreeSet<>(wanted);
      } else {
        values.retainAll(wanted);
      }
    }

    boolean isImpossible() {
      return (present && absent) || (values != null && forbidden.containsAll(values));
    }
  }

  /** The remark on a selector that fits nothing; none when it can fit something. */
  static List<SpecProblem> of(String field, @Nullable LabelSelector selector) {
    if (selector == null) {
      return List.of();
    }
    Map<String, Allowed> labels = new TreeMap<>();
    Objects.requireNonNullElse(selector.getMatchLabels(), Map.<String, String>of())
        .forEach((key, value) -> allowed(labels, key).only(List.of(value)));
    for (LabelSelectorRequirement e :
        Objects.requireNonNullElse(
            selector.getMatchExpressions(), List.<LabelSelectorRequirement>of())) {
      add(allowed(labels, String.valueOf(e.getKey())), e);
    }
    Optional<String> impossible =
        labels.entrySet().stream()
            .filter(label -> label.getValue().isImpossible())
            .map(Map.Entry::getKey)
            .findFirst();
    return impossible.stream()
        .map(
            key ->
                new SpecProblem(
                    field,
                    field + " can never match: what it asks of label " + key + " excludes itself"))
        .toList();
  }

  private static Allowed allowed(Map<String, Allowed> labels, String key) {
    return labels.computeIfAbsent(key, name -> new Allowed());
  }

  private static void add(Allowed label, LabelSelectorRequirement e) {
    List<String> values = Objects.requireNonNullElse(e.getValues(), List.of());
    switch (String.valueOf(e.getOperator())) {
      case "In" -> label.only(values);
      case "NotIn" -> label.forbidden.addAll(values);
      case "Exists" -> label.present = true;
      case "DoesNotExist" -> label.absent = true;
      default -> label.forbidden.addAll(List.of());
    }
  }

  /** The remark on globs of containers of which exclude takes back all that include gives. */
  static List<SpecProblem> of(ContainerGlobs globs) {
    List<String> left = new ArrayList<>(globs.includeOrDefault());
    left.removeAll(globs.excludeOrDefault());
    boolean nothing = left.isEmpty() || globs.excludeOrDefault().contains("*");
    return nothing
        ? List.of(
            new SpecProblem(
                "containers", "containers can never match: exclude takes back what include gives"))
        : List.of();
  }
}
