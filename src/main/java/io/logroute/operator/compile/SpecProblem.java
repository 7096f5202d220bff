// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.options.OptionProblem;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * One thing that is wrong with a resource's spec.
 *
 * @param field the path in the spec, as {@code options.mode}; empty for the spec as a whole
 * @param sentence for the user, the same from the API server where that can say it; one line
 */
public record SpecProblem(String field, String sentence) {

  private static final Comparator<SpecProblem> BY_FIELD =
      Comparator.comparing(SpecProblem::field).thenComparing(SpecProblem::sentence);

  public SpecProblem {
    sentence = new OptionProblem(field, sentence).sentence();
  }

  /** The problems in the order in which they are told: by field, each once. */
  static List<SpecProblem> sorted(Collection<SpecProblem> problems) {
    return problems.stream().distinct().sorted(BY_FIELD).toList();
  }
}
