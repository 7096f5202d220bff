// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.logroute.api.v1alpha1.LogAgentSpec;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a LogAgent's DaemonSet puts an agent on a node: node selector, required node affinity,
 * and taints, as the DaemonSet controller decides it (kubernetes {@code NodeShouldRunDaemonPod}).
 */
public final class Placement {

  private static final String OS_LABEL = "kubernetes.io/os";
  private static final String NAME_FIELD = "metadata.name";

  /** What the DaemonSet controller has every one of its pods tolerate. */
  private static final Set<String> TOLERATED_BY_ALL =
      Set.of(
          "node.kubernetes.io/not-ready",
          "node.kubernetes.io/unreachable",
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/unschedulable");

  private Placement() {}

  /** Whether agents with this spec run on a node. */
  public static boolean covers(LogAgentSpec spec, Node node) {
    Map<String, String> labels =
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
    return labels.getOrDefault(OS_LABEL, "linux").equals("linux")
        && labels.entrySet().containsAll(spec.nodeSelectorOrEmpty().entrySet())
        && hasAffinity(spec.affinity(), node.getMetadata().getName(), labels)
        && taintsOf(node).stream().allMatch(taint -> isTolerated(taint, spec.tolerations()));
  }

  private static boolean hasAffinity(
      @Nullable Affinity affinity, String name, Map<String, String> labels) {
    if (affinity == null
        || affinity.getNodeAffinity() == null
        || affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution() == null) {
      return true;
    }
    return affinity
        .getNodeAffinity()
        .getRequiredDuringSchedulingIgnoredDuringExecution()
        .getNodeSelectorTerms()
        .stream()
        .anyMatch(term -> matches(term, name, labels));
  }

  /** An empty term selects nothing. */
  private static boolean matches(NodeSelectorTerm term, String name, Map<String, String> labels) {
    List<NodeSelectorRequirement> expressions = orEmpty(term.getMatchExpressions());
    List<NodeSelectorRequirement> fields = orEmpty(term.getMatchFields());
    return !(expressions.isEmpty() && fields.isEmpty())
        && expressions.stream().allMatch(e -> matches(e, labels.get(e.getKey())))
        && fields.stream().allMatch(e -> matches(e, NAME_FIELD.equals(e.getKey()) ? name : null));
  }

  private static boolean matches(NodeSelectorRequirement e, @Nullable String value) {
    List<String> values = orEmpty(e.getValues());
    return switch (String.valueOf(e.getOperator())) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case "Gt" -> compare(value, values) > 0;
      case "Lt" -> compare(value, values) < 0;
      default -> false;
    };
  }

  /** The sign of a label's number against the one wanted; 0 also when one of them is none. */
  private static int compare(@Nullable String value, List<String> values) {
    if (value == null || values.size() != 1) {
      return 0;
    }
    try {
      return new BigInteger(value).compareTo(new BigInteger(values.getFirst()));
    } catch (NumberFormatException noNumber) {
      return 0;
    }
  }

  private static List<Taint> taintsOf(Node node) {
    return node.getSpec() == null
        ? List.of()
        : orEmpty(node.getSpec().getTaints()).stream()
            .filter(taint -> !"PreferNoSchedule".equals(taint.getEffect()))
            .toList();
  }

  private static boolean isTolerated(Taint taint, @Nullable List<Toleration> tolerations) {
    return tolerations == null
        || TOLERATED_BY_ALL.contains(taint.getKey())
        || tolerations.stream().anyMatch(toleration -> tolerates(toleration, taint));
  }

  private static boolean tolerates(Toleration t, Taint taint) {
    boolean effectFits = isEmpty(t.getEffect()) || t.getEffect().equals(taint.getEffect());
    boolean keyFits = isEmpty(t.getKey()) || t.getKey().equals(taint.getKey());
    boolean exists = "Exists".equals(t.getOperator());
    boolean valueFits =
        exists
            || Objects.requireNonNullElse(t.getValue(), "")
                .equals(Objects.requireNonNullElse(taint.getValue(), ""));
    return effectFits && keyFits && valueFits && (exists || !isEmpty(t.getKey()));
  }

  private static boolean isEmpty(@Nullable String text) {
    return text == null || text.isEmpty();
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return Objects.requireNonNullElse(list, List.of());
  }
}
