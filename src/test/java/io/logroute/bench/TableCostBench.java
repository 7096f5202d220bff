// SPDX-License-Identifier: Apache-2.0
package io.logroute.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.logroute.cluster.ControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What a pod costs the API server: {@code TableCostBench [REQUESTS]} writes a table of 30 pods and
 * 30 routes as the operator does, and its agent's answer, one request at a time, and prints the CPU
 * that the API server took; then the same with a definition that describes nothing below {@code
 * spec}, which is the least there is. docs/performance-operator.md has the figures.
 */
final class TableCostBench {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NODE = "/apis/logroute.io/v1alpha1/noderoutetables/node-1";
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
  private static final int WARM_UP = 50;
  private static final int SIZE = 30;

  /** {@code USER_HZ} is 100 on every architecture that Kubernetes runs on. */
  private static final int MS_A_TICK = 10;

  private final ControlPlane cluster;
  private final int requests;
  private final long apiServerPid;

  private TableCostBench(ControlPlane cluster, int requests) {
    this.cluster = cluster;
    this.requests = requests;
    this.apiServerPid =
        ProcessHandle.current()
            .descendants()
            .filter(one -> one.info().command().orElse("").endsWith("kube-apiserver"))
            .findFirst()
            .orElseThrow()
            .pid();
  }

  public static void main(String[] args) throws Exception {
    int requests = args.length == 0 ? 500 : Integer.parseInt(args[0]);
    try (ControlPlane cluster = ControlPlane.start()) {
      TableCostBench bench = new TableCostBench(cluster, requests);
      bench.measure("as it is");
      bench.describeNothing();
      bench.measure("nothing described");
    }
  }

  /** A request of a number, no two of which change the same. */
  @FunctionalInterface
  private interface Request {
    void send(int number) throws Exception;
  }

  private void measure(String definition) throws Exception {
    measure(definition + ", a table by server-side apply", this::writeTable);
    measure(definition + ", an agent's answer", this::answer);
  }

  private void measure(String what, Request request) throws Exception {
    for (int i = 1; i <= WARM_UP; i++) {
      request.send(-i);
    }
    long before = apiServerTicks();
    for (int i = 0; i < requests; i++) {
      request.send(i);
    }
    double ms = (double) (apiServerTicks() - before) * MS_A_TICK / requests;
    System.out.printf("%s: %.1f ms of the API server's CPU a request%n", what, ms);
  }

  private long apiServerTicks() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + apiServerPid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private void writeTable(int number) throws Exception {
    patch(
        NODE + "?fieldManager=logroute&force=true&fieldValidation=Ignore",
        "application/apply-patch+yaml",
        JSON.writeValueAsString(table(number)));
  }

  private void answer(int number) throws Exception {
    patch(
        NODE + "/status?fieldValidation=Ignore",
        "application/merge-patch+json",
        "{\"status\":{\"observedGeneration\":" + number + "}}");
  }

  private void patch(String path, String contentType, String body) throws Exception {
    var client = cluster.client().getHttpClient();
    String server = cluster.client().getMasterUrl().toString().replaceAll("/$", "");
    HttpResponse<String> answer =
        client
            .sendAsync(
                client
                    .newHttpRequestBuilder()
                    .uri(server + path)
                    .method("PATCH", contentType, body)
                    .setHeader("Accept", METADATA_ONLY)
                    .build(),
                String.class)
            .get(1, TimeUnit.MINUTES);
    if (!answer.isSuccessful()) {
      throw new IllegalStateException(answer.code() + " " + answer.body());
    }
  }

  private void describeNothing() throws InterruptedException {
    cluster
        .client()
        .resources(CustomResourceDefinition.class)
        .withName("noderoutetables.logroute.io")
        .edit(
            crd -> {
              JSONSchemaProps root =
                  crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
              root.getProperties().values().forEach(TableCostBench::open);
              return crd;
            });
    Thread.sleep(Duration.ofSeconds(10));
  }

  private static void open(JSONSchemaProps described) {
    described.getProperties().clear();
    described.setXKubernetesPreserveUnknownFields(true);
  }

  private static ObjectNode table(int number) {
    ObjectNode table = JSON.createObjectNode();
    table.put("apiVersion", "logroute.io/v1alpha1").put("kind", "NodeRouteTable");
    table.putObject("metadata").put("name", "node-1");
    ObjectNode spec = table.putObject("spec").put("cluster", "c1");
    ArrayNode endpoints = spec.putArray("endpoints");
    ArrayNode routes = spec.putArray("routes");
    ArrayNode pods = spec.putArray("pods");
    for (int i = 0; i < 3; i++) {
      ObjectNode endpoint = endpoints.addObject().put("name", "team/endpoint-" + i);
      endpoint.putArray("addresses").add("tcp://10.0.0." + i + ":5555");
    }
    for (int i = 0; i < SIZE; i++) {
      ObjectNode route = routes.addObject().put("name", "team-" + i + "/route-" + i);
      route.put("generation", 1).put("endpoint", "team/endpoint-" + i % 3);
      route.put("maxLineBytes", 1 << 20).putObject("options").put("tag", "{{.ID}}");
      pod(pods.addObject(), i, number);
    }
    return table;
  }

  private static void pod(ObjectNode pod, int i, int number) {
    pod.put("namespace", "team-" + i).put("name", "web-" + i + "-" + (i == 0 ? number : 0));
    pod.put("uid", new UUID(0, i).toString());
    ObjectNode container = pod.putArray("containers").addObject().put("name", "app");
    ObjectNode route = container.putArray("routes").addObject();
    route.put("route", "team-" + i + "/route-" + i);
    route.put("tenantId", "tenant-" + i).put("serviceId", "service-" + i);
  }
}
