// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static io.logroute.operator.controller.OperatorFixture.soon;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.SecretProjection;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.SharedApiServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Keys of endpoints in the agents' DaemonSet, on a real API server. */
@ExtendWith(SharedApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CurveKeysIT {

  private final ControlPlane cluster;
  private final OperatorFixture fixture;

  CurveKeysIT(ControlPlane cluster) {
    this.cluster = cluster;
    fixture = OperatorFixture.start(cluster);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @Test
  void shouldMountTheKeysOfAnEndpointAsLongAsItHasSome() {
    String endpoint = cluster.unique("sealed");
    soon().untilAsserted(() -> assertThat(daemonSet()).isPresent());
    assertThat(keysOf(endpoint)).isEmpty();

    fixture.endpoint(endpoint, sealed("first"));
    awaitSecret(endpoint, "first");
    assertThat(keysOf(endpoint).orElseThrow().getItems())
        .extracting(KeyToPath::getKey, KeyToPath::getPath)
        .containsExactly(
            tuple("public", endpoint + ".public"),
            tuple("secret", endpoint + ".secret"),
            tuple("server", endpoint + ".server"));

    fixture.endpoint(endpoint, sealed("second"));
    awaitSecret(endpoint, "second");
    shouldStayAsItIs();

    fixture.restart();
    shouldStayAsItIs();
    assertThat(keysOf(endpoint).orElseThrow().getName()).isEqualTo("second");

    fixture.kubectl().run("delete", "lep", endpoint).orFail();
    soon().untilAsserted(() -> assertThat(keysOf(endpoint)).isEmpty());
  }

  /** A difference to what the API server makes of it would be written again at each look. */
  private void shouldStayAsItIs() {
    long before = generation();
    for (int i = 0; i < 3; i++) {
      fixture
          .kubectl()
          .run("label", "logagent", fixture.name(), "poke=" + generation() + i, "--overwrite")
          .orFail();
      await().pollDelay(Duration.ofMillis(700)).until(() -> true);
    }
    assertThat(generation()).isEqualTo(before);
  }

  private static String sealed(String secret) {
    return "{addresses: ['tcp://10.0.0.5:5557'], delivery: AtLeastOnce, curve: {secretRef: {name: %s}}}"
        .formatted(secret);
  }

  private void awaitSecret(String endpoint, String secret) {
    soon()
        .untilAsserted(
            () -> assertThat(keysOf(endpoint).map(SecretProjection::getName)).contains(secret));
  }

  private Optional<SecretProjection> keysOf(String endpoint) {
    return daemonSet().orElseThrow().getSpec().getTemplate().getSpec().getVolumes().stream()
        .filter(volume -> volume.getName().equals("curve"))
        .flatMap(volume -> volume.getProjected().getSources().stream())
        .map(VolumeProjection::getSecret)
        .filter(keys -> keys.getItems().getFirst().getPath().startsWith(endpoint + "."))
        .findFirst();
  }

  private long generation() {
    return requireNonNull(daemonSet().orElseThrow().getMetadata().getGeneration());
  }

  private Optional<DaemonSet> daemonSet() {
    List<DaemonSet> all = fixture.client().apps().daemonSets().inAnyNamespace().list().getItems();
    return all.stream()
        .filter(set -> set.getMetadata().getName().equals("logroute-agent-" + fixture.name()))
        .findFirst();
  }
}
