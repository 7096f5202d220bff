// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.manifest;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategyBuilder;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogAgentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A LogAgent becomes the DaemonSet that runs its agents.
 *
 * <p>Every default that the API server would fill in inside of an atomic structure is written out
 * ({@code fieldRef.apiVersion}): otherwise each comparison finds a difference and writes again. A
 * change of this template rolls every agent of every cluster at the next upgrade; the golden file
 * of its test is there to make that a decision.
 */
public final class AgentDaemonSet {

  /** The account that agents run as; it comes with the installation, as do its rights. */
  public static final String SERVICE_ACCOUNT = "logroute-agent";

  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String OPERATOR = "logroute-operator";

  private static final String INSTANCE = "app.kubernetes.io/instance";
  private static final String NAME = "app.kubernetes.io/name";
  private static final String AGENT = "logroute-agent";
  private static final String LOG_DIR = "/var/log";

  /** Where agents look for keys when nothing else is said. */
  private static final String CURVE_DIR = "/etc/logroute/curve";

  private static final String CURVE = "curve";
  private static final int OWNER_READS = 0400;
  private static final int HTTP_PORT = 9464;
  private static final long GRACE_SECONDS = 30;

  private final LogAgent agent;
  private final LogAgentSpec spec;
  private final AgentSettings settings;
  private final List<CurveKeys> keys;

  private AgentDaemonSet(LogAgent agent, AgentSettings settings, List<CurveKeys> keys) {
    this.agent = agent;
    this.keys = keys;
    this.spec = Objects.requireNonNullElse(agent.getSpec(), LogAgentSpec.DEFAULT);
    this.settings = settings;
  }

  /**
   * The DaemonSet of a LogAgent, without its owner reference.
   *
   * @param keys are mounted, by endpoint; as long as there are none there is no volume of them
   */
  public static DaemonSet of(LogAgent agent, AgentSettings settings, List<CurveKeys> keys) {
    return new AgentDaemonSet(agent, settings, keys).build();
  }

  /** Why a spec gives no DaemonSet, such as a quantity that is none; empty when it gives one. */
  public static Optional<String> problem(LogAgent agent, AgentSettings settings) {
    try {
      of(agent, settings, List.of());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("the spec gives no DaemonSet: " + e.getMessage());
    }
  }

  /** The name of a LogAgent's DaemonSet. */
  public static String nameOf(LogAgent agent) {
    return AGENT + "-" + agent.getMetadata().getName();
  }

  private DaemonSet build() {
    Map<String, String> selector =
        new TreeMap<>(Map.of(NAME, AGENT, INSTANCE, agent.getMetadata().getName()));
    Map<String, String> labels = new TreeMap<>(selector);
    labels.put(MANAGED_BY, OPERATOR);
    Map<String, String> podLabels = new TreeMap<>(orEmpty(spec.podLabels()));
    podLabels.putAll(labels);
    return new DaemonSetBuilder()
        .withNewMetadata()
        .withName(nameOf(agent))
        .withNamespace(settings.namespace())
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        .withUpdateStrategy(updateStrategy())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(podLabels)
        .withAnnotations(orEmpty(spec.podAnnotations()))
        .endMetadata()
        .withSpec(podSpec())
        .endTemplate()
        .endSpec()
        .build();
  }

  private DaemonSetUpdateStrategy updateStrategy() {
    return spec.updateStrategy() != null
        ? spec.updateStrategy()
        : new DaemonSetUpdateStrategyBuilder()
            .withType("RollingUpdate")
            .withNewRollingUpdate()
            .withMaxUnavailable(new IntOrString("10%"))
            .withMaxSurge(new IntOrString(0))
            .endRollingUpdate()
            .build();
  }

  private PodSpec podSpec() {
    Map<String, String> nodes = new TreeMap<>(spec.nodeSelectorOrEmpty());
    nodes.put("kubernetes.io/os", "linux");
    return new PodSpecBuilder()
        .withServiceAccountName(SERVICE_ACCOUNT)
        .withAutomountServiceAccountToken(true)
        .withEnableServiceLinks(false)
        .withPriorityClassName(priorityClass())
        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
        .withNodeSelector(nodes)
        .withTolerations(tolerations())
        .withAffinity(spec.affinity())
        .withContainers(container())
        .withVolumes(volumes())
        .build();
  }

  private @Nullable String priorityClass() {
    String name = Objects.requireNonNullElse(spec.priorityClassName(), "system-node-critical");
    return name.isEmpty() ? null : name;
  }

  private List<Toleration> tolerations() {
    return spec.tolerations() != null
        ? spec.tolerations()
        : List.of(new TolerationBuilder().withOperator("Exists").build());
  }

  private Container container() {
    LogAgentSpec.PullPolicy pull =
        Objects.requireNonNullElse(spec.imagePullPolicy(), LogAgentSpec.PullPolicy.IfNotPresent);
    return new ContainerBuilder()
        .withName("agent")
        .withImage(Objects.requireNonNullElse(spec.image(), settings.defaultImage()))
        .withImagePullPolicy(pull.name())
        .withArgs(
            "agent",
            "--node-name=$(NODE_NAME)",
            "--pods-dir=" + spec.podsDirOrDefault(),
            "--containers-dir=" + spec.containersDirOrDefault(),
            "--state-dir=" + spec.stateDirOrDefault(),
            "--http=:" + HTTP_PORT)
        .withEnv(env())
        .addNewPort()
        .withName("metrics")
        .withContainerPort(HTTP_PORT)
        .withProtocol("TCP")
        .endPort()
        .withLivenessProbe(probe("/healthz", 10, 6))
        .withReadinessProbe(probe("/readyz", 5, 2))
        .withResources(resources())
        .withSecurityContext(securityContext())
        .withVolumeMounts(mounts())
        .build();
  }

  /**
   * What older agents do not know goes through the environment, which they pass over: an unknown
   * option would keep them from starting.
   */
  private List<EnvVar> env() {
    List<EnvVar> env = new ArrayList<>();
    env.add(
        new EnvVarBuilder()
            .withName("NODE_NAME")
            .withNewValueFrom()
            .withNewFieldRef("v1", "spec.nodeName")
            .endValueFrom()
            .build());
    if (spec.heldBytes() != null) {
      env.add(variable("LOGROUTE_HELD_BYTES", spec.heldBytes().toString()));
    }
    if (spec.logLevel() != null) {
      env.add(variable("LOGROUTE_LOG_LEVEL", spec.logLevel().name()));
    }
    env.addAll(Objects.requireNonNullElse(spec.extraEnv(), List.of()));
    return env;
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static Probe probe(String path, int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString("metrics"))
        .withScheme("HTTP")
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(3)
        .withFailureThreshold(failures)
        .withSuccessThreshold(1)
        .build();
  }

  private ResourceRequirements resources() {
    return spec.resources() != null
        ? spec.resources()
        : new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("50m"))
            .addToRequests("memory", new Quantity("96Mi"))
            .addToLimits("memory", new Quantity("256Mi"))
            .build();
  }

  /** Root, because the kubelet's files are root's; nothing else of what root may do. */
  private SecurityContext securityContext() {
    return new SecurityContextBuilder()
        .withRunAsUser(0L)
        .withRunAsGroup(0L)
        .withPrivileged(false)
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .withSeLinuxOptions(spec.seLinuxOptions())
        .build();
  }

  /** Folders stand in the container where they stand on the node, so that links lead somewhere. */
  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    logFolders().forEach((name, folder) -> mounts.add(mount(name, folder, true)));
    mounts.add(mount("state", spec.stateDirOrDefault(), false));
    mounts.add(mount("tmp", "/tmp", false));
    if (!keys.isEmpty()) {
      mounts.add(mount(CURVE, CURVE_DIR, true));
    }
    mounts.addAll(Objects.requireNonNullElse(spec.extraVolumeMounts(), List.of()));
    return mounts;
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    logFolders().forEach((name, folder) -> volumes.add(hostPath(name, folder, "Directory")));
    volumes.add(hostPath("state", spec.stateDirOrDefault(), "DirectoryOrCreate"));
    volumes.add(new VolumeBuilder().withName("tmp").withNewEmptyDir().endEmptyDir().build());
    if (!keys.isEmpty()) {
      volumes.add(curve());
    }
    volumes.addAll(Objects.requireNonNullElse(spec.extraVolumes(), List.of()));
    return volumes;
  }

  /**
   * Files {@code ENDPOINT.public} and so on, which the kubelet keeps up to date. A Secret that is
   * not there yet keeps no agent from starting: it holds the lines of that endpoint, and says why.
   */
  private Volume curve() {
    return new VolumeBuilder()
        .withName(CURVE)
        .withNewProjected()
        .withDefaultMode(OWNER_READS)
        .withSources(keys.stream().map(AgentDaemonSet::projection).toList())
        .endProjected()
        .build();
  }

  private static VolumeProjection projection(CurveKeys keys) {
    return new VolumeProjectionBuilder()
        .withNewSecret()
        .withName(keys.secret())
        .withItems(
            CurveKeys.FILES.stream()
                .map(file -> new KeyToPath(file, null, keys.endpoint() + "." + file))
                .toList())
        .withOptional(true)
        .endSecret()
        .build();
  }

  private Map<String, String> logFolders() {
    Map<String, String> folders = new TreeMap<>(Map.of("log", LOG_DIR));
    if (!isUnder(spec.podsDirOrDefault(), LOG_DIR)) {
      folders.put("pods", spec.podsDirOrDefault());
    }
    if (!isUnder(spec.containersDirOrDefault(), LOG_DIR)) {
      folders.put("containers", spec.containersDirOrDefault());
    }
    return folders;
  }

  private static boolean isUnder(String folder, String parent) {
    return (folder + "/").startsWith(parent + "/");
  }

  private static VolumeMount mount(String name, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(name)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }

  private static Volume hostPath(String name, String path, String type) {
    return new VolumeBuilder()
        .withName(name)
        .withNewHostPath()
        .withPath(path)
        .withType(type)
        .endHostPath()
        .build();
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return Objects.requireNonNullElse(map, Map.of());
  }
}
