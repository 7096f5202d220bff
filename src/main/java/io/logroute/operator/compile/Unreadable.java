// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The mark of an object whose spec the API server let through and Java cannot hold, such as a
 * number beyond 64 bits. It is read without its spec, with the cause in an annotation that never
 * leaves this process, so that one such object costs its own author a condition, and nobody else a
 * list.
 */
public final class Unreadable {

  private static final String ANNOTATION = "logroute.io/unreadable";

  private Unreadable() {}

  /** Marks an object that was read without its spec. */
  public static void mark(HasMetadata object, String cause) {
    Map<String, String> annotations =
        new HashMap<>(Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of()));
    annotations.put(ANNOTATION, cause);
    object.getMetadata().setAnnotations(annotations);
  }

  /**
   * Why an object has no spec although it was written with one; what users annotate is passed over.
   */
  static Optional<SpecProblem> problem(HasMetadata object, boolean hasSpec) {
    return hasSpec
        ? Optional.empty()
        : Optional.ofNullable(object.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(ANNOTATION))
            .map(cause -> new SpecProblem("", "the spec cannot be read: " + cause));
  }
}
