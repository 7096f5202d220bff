// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How agents run on a set of Linux nodes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.stateDir) ? self.stateDir : '/', has(self.podsDir) ? self.podsDir : '/',"
            + " has(self.containersDir) ? self.containersDir : '/'].all(d, d.startsWith('/'))",
    message = "stateDir, podsDir and containersDir are absolute paths of the node",
    reason = "FieldValueForbidden")
@ValidationRule(
    value =
        "!has(self.heldBytes) || (type(self.heldBytes) == string ? isQuantity(self.heldBytes) && !quantity(self.heldBytes).isLessThan(quantity('1')) : int(self.heldBytes) >= 1)",
    fieldPath = ".heldBytes",
    message = "heldBytes is a quantity of bytes, at least 1",
    reason = "FieldValueForbidden")
public record LogAgentSpec(
    @JsonPropertyDescription("The agents' image; default: the operator's own.") @Size(max = 512)
        @Nullable String image,
    @JsonPropertyDescription("When nodes pull the image; default: IfNotPresent.")
        @Nullable PullPolicy imagePullPolicy,
    @JsonPropertyDescription("Requests and limits of the agents' container.")
        @Nullable ResourceRequirements resources,
    @JsonPropertyDescription(
            "Labels of the nodes that this LogAgent covers; default: all Linux nodes.")
        @Size(max = 32)
        @Nullable Map<String, @Size(max = 63) String> nodeSelector,
    @JsonPropertyDescription("Default: one that tolerates everything.")
        @Nullable List<Toleration> tolerations,
    @JsonPropertyDescription("Further conditions on nodes.") @Nullable Affinity affinity,
    @Default("system-node-critical")
        @Size(max = 253)
        @JsonPropertyDescription("The agents' priority class; an empty name: none.")
        @Nullable String priorityClassName,
    @JsonPropertyDescription("Default: RollingUpdate, 10 % of the nodes at a time.")
        @Nullable DaemonSetUpdateStrategy updateStrategy,
    @Default("/var/lib/logroute")
        @Size(min = 2, max = 1024)
        @JsonPropertyDescription("The folder of the node where agents keep their positions.")
        @Nullable String stateDir,
    @Default("/var/log/pods")
        @Size(min = 2, max = 1024)
        @JsonPropertyDescription("Where the kubelet keeps the pods' log folders.")
        @Nullable String podsDir,
    @Default("/var/log/containers")
        @Size(min = 2, max = 1024)
        @JsonPropertyDescription("Where the kubelet keeps the links to container logs.")
        @Nullable String containersDir,
    @Default("1Gi")
        @JsonPropertyDescription(
            "The cap on the bytes of deleted files that an agent holds open until they are sent.")
        @Nullable Quantity heldBytes,
    @Default("info") @JsonPropertyDescription("What agents log of themselves.")
        @Nullable LogLevel logLevel,
    @JsonPropertyDescription("Further environment variables of the agents' container.")
        @Nullable List<EnvVar> extraEnv,
    @JsonPropertyDescription("Further volumes of the agents' pods.")
        @Nullable List<Volume> extraVolumes,
    @JsonPropertyDescription("Their mounts in the agents' container.")
        @Nullable List<VolumeMount> extraVolumeMounts,
    @JsonPropertyDescription("SELinux options of the agents' container, such as type spc_t.")
        @Nullable SELinuxOptions seLinuxOptions,
    @JsonPropertyDescription("Annotations of the agents' pods.")
        @Nullable Map<String, String> podAnnotations,
    @JsonPropertyDescription("Labels of the agents' pods.")
        @Nullable Map<String, String> podLabels) {

  public static final LogAgentSpec DEFAULT =
      new LogAgentSpec(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null);

  /** When a node pulls an image. */
  public enum PullPolicy {
    Always,
    IfNotPresent,
    Never
  }

  /** How much an agent logs of itself. */
  public enum LogLevel {
    error,
    warn,
    info,
    debug,
    trace
  }

  /** {@link #nodeSelector}, or none. */
  public Map<String, String> nodeSelectorOrEmpty() {
    return Objects.requireNonNullElse(nodeSelector, Map.of());
  }

  /** {@link #stateDir}, or {@code /var/lib/logroute}. */
  public String stateDirOrDefault() {
    return Objects.requireNonNullElse(stateDir, "/var/lib/logroute");
  }

  /** {@link #podsDir}, or {@code /var/log/pods}. */
  public String podsDirOrDefault() {
    return Objects.requireNonNullElse(podsDir, "/var/log/pods");
  }

  /** {@link #containersDir}, or {@code /var/log/containers}. */
  public String containersDirOrDefault() {
    return Objects.requireNonNullElse(containersDir, "/var/log/containers");
  }
}
