// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.api.v1alpha1.LogEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentDaemonSetTest {

  private static final AgentSettings SETTINGS =
      new AgentSettings("logroute-system", "logroute/logroute:1.2.3");

  /**
   * A difference here rolls every agent of every cluster at the next upgrade. When that is meant:
   * {@code ./mvnw -q -B test -Dtest=AgentDaemonSetTest -Dgolden.write}.
   */
  @Test
  void shouldBeTheGoldenManifestWhenNothingIsSaid() throws IOException {
    Path golden = Path.of("src/test/resources/io/logroute/operator/manifest/daemonset.yaml");
    String yaml = Serialization.asYaml(AgentDaemonSet.of(agent("{}"), SETTINGS, List.of()));
    if (System.getProperty("golden.write") != null) {
      Files.writeString(golden, yaml);
    }

    assertThat(yaml).isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldPassOnWhatTheLogAgentSays() {
    PodSpec pod =
        podOf(
            """
            {image: 'registry/logroute:2', imagePullPolicy: Always, nodeSelector: {pool: a},
             tolerations: [], priorityClassName: '', stateDir: /data/logroute, heldBytes: 2Gi,
             logLevel: debug, extraEnv: [{name: A, value: b}],
             extraVolumes: [{name: x, emptyDir: {}}],
             extraVolumeMounts: [{name: x, mountPath: /x}],
             seLinuxOptions: {type: spc_t}, resources: {limits: {memory: 1Gi}}}
            """);

    assertThat(pod.getNodeSelector())
        .containsEntry("pool", "a")
        .containsEntry("kubernetes.io/os", "linux");
    assertThat(pod.getTolerations()).isEmpty();
    assertThat(pod.getPriorityClassName()).isNull();
    var container = pod.getContainers().getFirst();
    assertThat(container.getImage()).isEqualTo("registry/logroute:2");
    assertThat(container.getImagePullPolicy()).isEqualTo("Always");
    assertThat(container.getArgs()).contains("--state-dir=/data/logroute");
    assertThat(container.getEnv())
        .extracting(EnvVar::getName)
        .containsExactly("NODE_NAME", "LOGROUTE_HELD_BYTES", "LOGROUTE_LOG_LEVEL", "A");
    assertThat(container.getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .containsExactly("/var/log", "/data/logroute", "/tmp", "/x");
    assertThat(container.getSecurityContext().getSeLinuxOptions().getType()).isEqualTo("spc_t");
    assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
  }

  @Test
  void shouldMountFoldersThatAreNotUnderTheLogFolder() {
    PodSpec pod = podOf("{podsDir: /data/pods, containersDir: /var/log/containers}");

    assertThat(pod.getVolumes())
        .extracting(Volume::getName)
        .containsExactly("log", "pods", "state", "tmp");
    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .filteredOn(mount -> Boolean.TRUE.equals(mount.getReadOnly()))
        .extracting(VolumeMount::getMountPath)
        .containsExactly("/var/log", "/data/pods");
  }

  /** What rolls every agent when the first endpoint gets keys. */
  @Test
  void shouldMountTheKeysOfEndpointsThatHaveSome() throws IOException {
    Path golden = Path.of("src/test/resources/io/logroute/operator/manifest/daemonset-curve.yaml");
    List<CurveKeys> keys =
        CurveKeys.of(
            List.of(
                endpoint(
                    "west", "{addresses: ['tcp://w:5557'], curve: {secretRef: {name: west-keys}}}"),
                endpoint("plain", "{addresses: ['tcp://p:5557']}"),
                endpoint("wrong", "{curve: {secretRef: {name: '../x'}}}"),
                endpoint("nameless", "{curve: {}}"),
                endpoint("east.eu", "{curve: {secretRef: {name: east.keys}}}")));
    PodSpec pod = AgentDaemonSet.of(agent("{}"), SETTINGS, keys).getSpec().getTemplate().getSpec();
    String yaml =
        Serialization.asYaml(
            List.of(
                pod.getVolumes().getLast(),
                pod.getContainers().getFirst().getVolumeMounts().getLast()));
    if (System.getProperty("golden.write") != null) {
      Files.writeString(golden, yaml);
    }

    assertThat(yaml).isEqualTo(Files.readString(golden));
  }

  private static LogEndpoint endpoint(String name, String spec) {
    return Serialization.unmarshal(
        "metadata: {name: %s}\nspec: %s".formatted(name, spec), LogEndpoint.class);
  }

  private static PodSpec podOf(String spec) {
    return AgentDaemonSet.of(agent(spec), SETTINGS, List.of()).getSpec().getTemplate().getSpec();
  }

  private static LogAgent agent(String spec) {
    return Serialization.unmarshal(
        "metadata: {name: default}\nspec: " + spec.replace("\n", " "), LogAgent.class);
  }
}
