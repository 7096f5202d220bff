// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.compile;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What decides where a pod's lines go.
 *
 * @param logId the id in the name of the pod's log folder: its uid, but for a static pod the hash
 *     of its configuration, which the mirror pod carries as an annotation (kubelet {@code
 *     kubetypes.ConfigMirrorAnnotationKey})
 * @param containers init and ephemeral ones included, by name
 */
public record PodFacts(
    String namespace,
    String name,
    String logId,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<ContainerFacts> containers) {

  static final String MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
  static final String HASH_ANNOTATION = "kubernetes.io/config.hash";

  public PodFacts {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    containers = List.copyOf(containers);
  }

  /**
   * What decides for a container.
   *
   * @param env literal values; empty for one that comes from somewhere else
   */
  public record ContainerFacts(
      String name, @Nullable String image, Map<String, Optional<String>> env) {
    public ContainerFacts {
      env = Map.copyOf(env);
    }
  }

  /** The facts of a pod as the API server has it. */
  public static PodFacts of(Pod pod) {
    Map<String, String> annotations = orEmpty(pod.getMetadata().getAnnotations());
    String uid = orEmpty(pod.getMetadata().getUid());
    return new PodFacts(
        pod.getMetadata().getNamespace(),
        pod.getMetadata().getName(),
        annotations.getOrDefault(MIRROR_ANNOTATION, annotations.getOrDefault(HASH_ANNOTATION, uid)),
        orEmpty(pod.getMetadata().getLabels()),
        annotations,
        containersOf(pod.getSpec()));
  }

  private static List<ContainerFacts> containersOf(PodSpec spec) {
    Stream<ContainerFacts> ordinary =
        Stream.of(spec.getInitContainers(), spec.getContainers())
            .filter(Objects::nonNull)
            .flatMap(List::stream)
            .map(PodFacts::factsOf);
    List<EphemeralContainer> ephemeral =
        Objects.requireNonNullElse(spec.getEphemeralContainers(), List.of());
    return Stream.concat(ordinary, ephemeral.stream().map(PodFacts::factsOf))
        .sorted(Comparator.comparing(ContainerFacts::name))
        .toList();
  }

  private static ContainerFacts factsOf(Container c) {
    return new ContainerFacts(c.getName(), c.getImage(), envOf(c.getEnv()));
  }

  private static ContainerFacts factsOf(EphemeralContainer c) {
    return new ContainerFacts(c.getName(), c.getImage(), envOf(c.getEnv()));
  }

  /** Of two variables of one name the later counts, as for the kubelet. */
  private static Map<String, Optional<String>> envOf(@Nullable List<EnvVar> variables) {
    Map<String, Optional<String>> env = new HashMap<>();
    for (EnvVar v : Objects.requireNonNullElse(variables, List.<EnvVar>of())) {
      env.put(
          v.getName(),
          v.getValueFrom() == null ? Optional.of(orEmpty(v.getValue())) : Optional.empty());
    }
    return env;
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return Objects.requireNonNullElse(map, Map.of());
  }

  private static String orEmpty(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }
}
