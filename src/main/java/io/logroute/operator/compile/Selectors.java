// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What can be said of valid selectors without any object, for {@code lint}. */
public final class Selectors {

  private Selectors() {}

  /** Whether labels fit. */
  public static boolean matches(LabelSelector selector, Map<String, String> labels) {
    return LabelSelectors.matches(selector, labels);
  }

  /** Whether a selector has no requirement. */
  public static boolean isEverything(LabelSelector selector) {
    return Objects.requireNonNullElse(selector.getMatchLabels(), Map.of()).isEmpty()
        && Objects.requireNonNullElse(selector.getMatchExpressions(), List.of()).isEmpty();
  }

  /** Whether one surely fits whatever the other fits: each of its requirements is one of those. */
  public static boolean covers(LabelSelector wide, LabelSelector narrow) {
    return Objects.requireNonNullElse(narrow.getMatchLabels(), Map.<String, String>of())
            .entrySet()
            .containsAll(
                Objects.requireNonNullElse(wide.getMatchLabels(), Map.<String, String>of())
                    .entrySet())
        && Objects.requireNonNullElse(narrow.getMatchExpressions(), List.of())
            .containsAll(Objects.requireNonNullElse(wide.getMatchExpressions(), List.of()));
  }
}
