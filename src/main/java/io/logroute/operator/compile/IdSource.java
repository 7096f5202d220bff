// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.logroute.api.v1alpha1.ValueSource;
import io.logroute.operator.compile.PodFacts.ContainerFacts;
import io.logroute.options.TenantServiceId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where one of the two ids of a line comes from. */
enum IdSource {
  TENANT("tenantId", List.of("TENANT_ID", "_TENANT_ID"), "tenant_id"),
  SERVICE("serviceId", List.of("SERVICE_ID", "_SERVICE_ID"), "service_id");

  private final String field;
  private final List<String> defaultEnv;
  private final String defaultLabel;

  IdSource(String field, List<String> defaultEnv, String defaultLabel) {
    this.field = field;
    this.defaultEnv = defaultEnv;
    this.defaultLabel = defaultLabel;
  }

  /**
   * An id that is fit for the wire.
   *
   * @param problem why it is not what the source says, as one sentence; absent when it is
   * @param written whether it stands in the route, so that the route's author chose it
   */
  record Id(String value, @Nullable String problem, boolean written) {}

  /** What a source gave: a text, where it stands, or what is in its way. */
  private record Found(@Nullable String text, String place) {}

  /** The id of a container's lines; a bad one from a pod is replaced, with a problem. */
  Id resolve(@Nullable ValueSource source, PodFacts pod, ContainerFacts container) {
    if (source == null) {
      return byDefaultNames(pod, container);
    }
    if (source.value() != null) {
      return new Id(source.value(), null, true);
    }
    Found found = find(source, pod, container);
    String fallback = Objects.requireNonNullElse(source.defaultValue(), TenantServiceId.DEFAULT);
    return checked(found, fallback, source.defaultValue() != null, pod);
  }

  private Id byDefaultNames(PodFacts pod, ContainerFacts container) {
    Found notLiteral = null;
    for (String name : defaultEnv) {
      Found found = env(name, container);
      if (found.text != null && !found.text.isEmpty()) {
        return checked(found, TenantServiceId.DEFAULT, false, pod);
      }
      if (notLiteral == null && found.text == null && container.env().containsKey(name)) {
        notLiteral = found;
      }
    }
    Found label = new Found(pod.labels().get(defaultLabel), "label " + defaultLabel);
    if (label.text != null && !label.text.isEmpty()) {
      return checked(label, TenantServiceId.DEFAULT, false, pod);
    }
    return notLiteral == null
        ? new Id(TenantServiceId.DEFAULT, null, false)
        : checked(notLiteral, TenantServiceId.DEFAULT, false, pod);
  }

  private static Found find(ValueSource source, PodFacts pod, ContainerFacts container) {
    if (source.fromLabel() != null) {
      return new Found(pod.labels().get(source.fromLabel()), "label " + source.fromLabel());
    }
    if (source.fromAnnotation() != null) {
      return new Found(
          pod.annotations().get(source.fromAnnotation()), "annotation " + source.fromAnnotation());
    }
    return env(String.valueOf(source.fromEnv()), container);
  }

  private static Found env(String name, ContainerFacts container) {
    Optional<String> value = container.env().get(name);
    String place = "env " + name + " of container " + container.name();
    return value != null && value.isEmpty()
        ? new Found(null, place + ", which has no literal value,")
        : new Found(value == null ? null : value.get(), place);
  }

  private Id checked(Found found, String fallback, boolean fallbackIsWritten, PodFacts pod) {
    String text = found.text;
    if (text != null && TenantServiceId.isValid(text)) {
      return new Id(text, null, false);
    }
    String cause =
        text == null || text.isEmpty()
            ? found.place + " gives no " + field
            : found.place + " gives a " + field + " that is none ('" + shown(text) + "')";
    return new Id(
        fallback,
        "pod " + pod.name() + ": " + cause + "; its lines go out as '" + fallback + "'",
        fallbackIsWritten);
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  /** The source in a few characters, for a printer column. */
  String inShort(@Nullable ValueSource source) {
    if (source == null) {
      return "env " + defaultEnv.getFirst();
    }
    if (source.value() != null) {
      return source.value();
    }
    if (source.fromLabel() != null) {
      return "label " + source.fromLabel();
    }
    return source.fromAnnotation() != null
        ? "annotation " + source.fromAnnotation()
        : "env " + source.fromEnv();
  }
}
