// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.Namespace;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What of a namespace decides which endpoints and tenant ids its routes may use. */
public record NamespaceFacts(
    String name, Map<String, String> labels, Map<String, String> annotations) {

  public static final String TENANTS_ANNOTATION = "logroute.io/tenants";
  public static final String TENANT_LABEL = "logroute.io/tenant";

  /** Of what belongs to no namespace. */
  public static final NamespaceFacts NONE = new NamespaceFacts("", Map.of(), Map.of());

  public NamespaceFacts {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** The facts of a namespace as the API server has it. */
  public static NamespaceFacts of(Namespace namespace) {
    return new NamespaceFacts(
        namespace.getMetadata().getName(),
        Objects.requireNonNullElse(namespace.getMetadata().getLabels(), Map.of()),
        Objects.requireNonNullElse(namespace.getMetadata().getAnnotations(), Map.of()));
  }

  /** The tenant ids that the platform team granted, comma separated or one by label. */
  public Set<String> grantedTenants() {
    Set<String> granted = new TreeSet<>();
    for (String id : annotations.getOrDefault(TENANTS_ANNOTATION, "").split(",")) {
      granted.add(id.strip());
    }
    granted.add(labels.getOrDefault(TENANT_LABEL, ""));
    granted.remove("");
    return granted;
  }
}
