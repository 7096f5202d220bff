// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyReadersTest {

  private static final String POD_SPEC =
      """
      {"nodeName": "n", "terminationGracePeriodSeconds": 30, "unheardOf": {"a": [1]},
       "tolerations": [{"operator": "Exists"}],
       "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
         {"nodeSelectorTerms": [{"matchFields": [{"key": "k", "operator": "In", "values": ["n"]}]}]}}},
       "volumes": [{"name": "logs", "hostPath": {"path": "/var/log", "type": ""}},
         {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
         {"name": "odd", "unheardOf": true}],
       "containers": [{"name": "app", "image": "i", "env": [{"name": "A", "value": "ü"}],
         "resources": {"limits": {"memory": "512Mi", "cpu": 1}},
         "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
         "readinessProbe": {"httpGet": {"path": "/", "port": 80}}}]}
      """;

  private static final String POD =
      """
      {"apiVersion": "v1", "kind": "Pod",
       "metadata": {"name": "p", "labels": {"a": "b"}, "creationTimestamp": "2026-01-01T00:00:00Z",
         "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}],
         "ownerReferences": [{"kind": "Job", "name": "j"}]},
       "spec": %s,
       "status": {"phase": "Running", "containerStatuses": [{"name": "app", "state": {"running": {}}}]}}
      """
          .formatted(POD_SPEC);

  private static final String DAEMON_SET =
      """
      {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "d"},
       "spec": {"template": {"spec": %s},
         "updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%%", "maxSurge": 0}}}}
      """
          .formatted(POD_SPEC);

  /** A schema holds schemas. */
  private static final String DEFINITION =
      """
      {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
       "metadata": {"name": "c"}, "spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema":
         {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}}}]}}
      """;

  private final KubernetesSerialization lazy = TolerantSerialization.create();
  private final KubernetesSerialization eager = new KubernetesSerialization();

  @Test
  void shouldReadWhatTheClientLibraryReads() {
    shouldAgree(POD, Pod.class);
    shouldAgree(DAEMON_SET, DaemonSet.class);
    shouldAgree(DEFINITION, CustomResourceDefinition.class);
    shouldAgree("{\"items\": [" + POD + "], \"metadata\": {\"continue\": \"c\"}}", PodList.class);
    shouldAgree("{\"type\": \"ADDED\", \"object\": " + POD + "}", WatchEvent.class);
  }

  private void shouldAgree(String json, Class<? extends KubernetesResource> type) {
    Object read = lazy.unmarshal(json, type);

    assertThat(read).isEqualTo(eager.unmarshal(json, type));
    assertThat(lazy.asJson(read)).isEqualTo(eager.asJson(eager.unmarshal(json, type)));
  }

  @Test
  void shouldBuildReadersOfWhatIsThereAlone() throws Exception {
    Set<Class<?>> built = ConcurrentHashMap.newKeySet();
    ObjectMapper mapper = new ObjectMapper();
    mapper.registerModule(
        new SimpleModule() {
          @Override
          public void setupModule(SetupContext context) {
            context.addDeserializers(new LazyReaders());
            context.addBeanDeserializerModifier(noting(built));
          }
        });

    mapper.readValue("{\"items\": [{\"spec\": {\"nodeName\": \"n\"}}]}", PodList.class);

    assertThat(built).contains(PodList.class, Pod.class).doesNotContain(Volume.class);
    mapper.readValue("{\"spec\": {\"volumes\": [{\"name\": \"v\"}]}}", Pod.class);
    assertThat(built).contains(Volume.class);
  }

  private static BeanDeserializerModifier noting(Set<Class<?>> built) {
    return new BeanDeserializerModifier() {
      private static final long serialVersionUID = 1;

      @Override
      public JsonDeserializer<?> modifyDeserializer(
          DeserializationConfig config, BeanDescription type, JsonDeserializer<?> reader) {
        if (reader instanceof BeanDeserializer) {
          built.add(type.getBeanClass());
        }
        return reader;
      }
    };
  }

  @Test
  void shouldServeThreadsThatAllComeFirst() throws Exception {
    Pod expected = eager.unmarshal(POD, Pod.class);
    int threads = 8;
    CountDownLatch all = new CountDownLatch(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Pod>> reads =
          IntStream.range(0, threads)
              .<Callable<Pod>>mapToObj(
                  i ->
                      () -> {
                        all.countDown();
                        all.await();
                        return i % 2 == 0
                            ? lazy.unmarshal(POD, Pod.class)
                            : lazy.unmarshal("{\"items\": [" + POD + "]}", PodList.class)
                                .getItems()
                                .getFirst();
                      })
              .toList();
      for (Future<Pod> read : pool.invokeAll(reads)) {
        assertThat(read.get()).isEqualTo(expected);
      }
    }
  }
}
