// SPDX-License-Identifier: Apache-2.0
package io.logroute.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gathers a bundle. Each answer of the API server is written as it comes, so a run that is stopped
 * leaves an archive of what it had. Not safe for use by several threads.
 */
public final class DebugBundle {

  private static final int MAX_LOG_BYTES = 8 << 20;
  private static final Set<String> PARTS = Set.of("operator", "agent", "receiver");
  private static final List<String> NODE_FIELDS = List.of("nodeInfo", "conditions", "capacity");

  /**
   * What to gather.
   *
   * @param namespace where operator and agents run
   * @param nodes of these nodes' agents alone; none: of all
   * @param logLines the newest lines of each log
   */
  public record Request(String namespace, Set<String> nodes, int logLines) {}

  private final KubernetesClient client;
  private final Request request;
  private final BundleArchive archive;
  private final Consumer<String> progress;
  private final ObjectMapper json = new ObjectMapper();
  private final List<String> missing = new ArrayList<>();

  private DebugBundle(
      KubernetesClient client, Request request, BundleArchive archive, Consumer<String> progress) {
    this.client = client;
    this.request = request;
    this.archive = archive;
    this.progress = progress;
  }

  /**
   * Writes a bundle.
   *
   * @param version of this program
   * @param progress is told each step in one sentence
   * @return what could not be gathered and why, a sentence each; empty when nothing is missing
   * @throws KubernetesClientException when the API server does not even say its version
   * @throws IOException when the archive cannot be written
   */
  public static List<String> write(
      KubernetesClient client,
      Request request,
      BundleFile file,
      String version,
      Consumer<String> progress)
      throws IOException {
    String server = String.valueOf(client.raw("/version"));
    try (BundleArchive archive = new BundleArchive(file.path(), file.folder(), file.time())) {
      DebugBundle bundle = new DebugBundle(client, request, archive, progress);
      archive.add("versions.json", bundle.versions(version, server));
      progress.accept("The API server answers; its version and ours are written down.");
      bundle.gather();
      archive.add("README.txt", bundle.readme(file));
      return List.copyOf(bundle.missing);
    }
  }

  private String versions(String version, String server) throws JsonProcessingException {
    ObjectNode versions = json.createObjectNode();
    versions.put("logroute", version);
    versions.set("kubernetes", json.readTree(server));
    return pretty(versions);
  }

  private void gather() throws IOException {
    String own = "/apis/logroute.io/v1alpha1/";
    for (String kind :
        List.of("logroutes", "clusterlogroutes", "logendpoints", "logagents", "noderoutetables")) {
      list("resources/" + kind, own + kind);
    }
    String namespaced = "/namespaces/" + request.namespace + "/";
    for (String kind : List.of("deployments", "daemonsets", "statefulsets")) {
      list("system/" + kind, "/apis/apps/v1" + namespaced + kind);
    }
    list("system/leases", "/apis/coordination.k8s.io/v1" + namespaced + "leases");
    list("system/events", "/api/v1" + namespaced + "events");
    list(
        "resources/events",
        "/api/v1/events?fieldSelector=involvedObject.apiVersion=logroute.io/v1alpha1");
    nodes();
    Optional<JsonNode> pods = list("system/pods", "/api/v1" + namespaced + "pods");
    if (pods.isPresent()) {
      pods(pods.get());
    }
  }

  private Optional<JsonNode> list(String name, String path) throws IOException {
    Optional<JsonNode> list = objects(name, path);
    if (list.isPresent()) {
      archive.add(name + ".json", pretty(list.get()));
      progress.accept("%s: %d objects.".formatted(title(name), list.get().path("items").size()));
    }
    return list;
  }

  private static String title(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    return last.substring(0, 1).toUpperCase(Locale.ROOT) + last.substring(1);
  }

  private void nodes() throws IOException {
    Optional<JsonNode> nodes = objects("nodes", "/api/v1/nodes");
    if (nodes.isEmpty()) {
      return;
    }
    ArrayNode facts = json.createArrayNode();
    for (JsonNode node : nodes.get().path("items")) {
      ObjectNode fact = facts.addObject();
      fact.put("name", node.at("/metadata/name").asText());
      fact.set("labels", node.at("/metadata/labels"));
      fact.set("taints", node.at("/spec/taints"));
      NODE_FIELDS.forEach(field -> fact.set(field, node.path("status").path(field)));
    }
    archive.add("nodes.json", pretty(facts));
    progress.accept("Nodes: %d, with the versions of kubelet and runtime.".formatted(facts.size()));
  }

  private void pods(JsonNode pods) throws IOException {
    for (JsonNode pod : pods.path("items")) {
      for (JsonNode container : pod.at("/spec/containers")) {
        String part = container.path("name").asText();
        if (PARTS.contains(part) && (!part.equals("agent") || isWanted(pod))) {
          pod(pod, container, part);
        }
      }
    }
  }

  private boolean isWanted(JsonNode pod) {
    return request.nodes.isEmpty() || request.nodes.contains(pod.at("/spec/nodeName").asText());
  }

  private void pod(JsonNode pod, JsonNode container, String part) throws IOException {
    String name = pod.at("/metadata/name").asText();
    String node = pod.at("/spec/nodeName").asText("no node");
    String folder = part + "s/" + name + "/";
    String path = "/api/v1/namespaces/" + request.namespace + "/pods/" + name;
    int before = missing.size();
    String log =
        path
            + "/log?container="
            + part
            + "&timestamps=true&tailLines="
            + request.logLines
            + "&limitBytes="
            + MAX_LOG_BYTES;
    text(folder + "log.txt", log);
    if (restarted(pod, part)) {
      text(folder + "log-previous.txt", log + "&previous=true");
    }
    int port = httpPort(container);
    for (String page : pages(part)) {
      text(folder + fileOf(page), path + ":" + port + "/proxy/" + page);
    }
    progress.accept(
        "%s %s on %s: log, metrics, health%s%s."
            .formatted(
                title(part),
                name,
                node,
                part.equals("agent") ? ", containers" : "",
                missing.size() == before ? "" : ", but not all of it"));
  }

  private static List<String> pages(String part) {
    return part.equals("agent")
        ? List.of("metrics", "healthz", "readyz", "debug/containers")
        : List.of("metrics", "healthz", "readyz");
  }

  private static String fileOf(String page) {
    return switch (page) {
      case "debug/containers" -> "containers.json";
      default -> page + ".txt";
    };
  }

  private static boolean restarted(JsonNode pod, String part) {
    for (JsonNode status : pod.at("/status/containerStatuses")) {
      if (status.path("name").asText().equals(part)) {
        return status.path("restartCount").asInt() > 0;
      }
    }
    return false;
  }

  private static int httpPort(JsonNode container) {
    int first = 0;
    for (JsonNode port : container.path("ports")) {
      int number = port.path("containerPort").asInt();
      String name = port.path("name").asText();
      if (name.equals("http") || name.equals("metrics")) {
        return number;
      }
      first = first == 0 ? number : first;
    }
    return first;
  }

  private void text(String name, String path) throws IOException {
    Optional<String> text = ask(name, path);
    if (text.isPresent()) {
      archive.add(name, Redaction.text(text.get()));
    }
  }

  private Optional<JsonNode> objects(String name, String path) throws IOException {
    Optional<String> text = ask(name, path);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(Redaction.object(json.readTree(text.get())));
  }

  private Optional<String> ask(String name, String path) {
    try {
      String text = client.raw(path);
      if (text != null) {
        return Optional.of(text);
      }
      miss(name, "there is none");
    } catch (KubernetesClientException e) {
      miss(name, reason(e));
    }
    return Optional.empty();
  }

  private void miss(String name, String reason) {
    String sentence = name + ": " + reason;
    missing.add(sentence);
    progress.accept("Not to be had: " + sentence + ".");
  }

  private static String reason(KubernetesClientException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = e.getStatus() == null ? cause.getMessage() : e.getStatus().getMessage();
    String text = message == null ? cause.getClass().getSimpleName() : message;
    return Redaction.text(text.strip().replaceAll("\\s*\\R\\s*", " "));
  }

  private String readme(BundleFile file) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        A debug bundle of LogRoute, made %s from namespace %s.

        versions.json        of this program and of Kubernetes
        resources/           all LogRoutes, ClusterLogRoutes, LogEndpoints, LogAgents and tables with their status, and their events
        system/              what runs in the namespace, its events and leases
        nodes.json           nodes with their versions, labels and conditions
        agents/POD/          log, metrics, health, and containers.json: each container with its files, positions and losses
        operators/, receivers/   log, metrics, health

        No line of any other container is in it, and no Secret was read. Values that are named like a secret
        are replaced. Names of namespaces, pods, nodes, tenants and services are in it.

        """
            .formatted(file.time(), request.namespace));
    if (missing.isEmpty()) {
      return text.append("Nothing is missing.\n").toString();
    }
    text.append("Missing:\n");
    missing.forEach(sentence -> text.append("- ").append(sentence).append('\n'));
    return text.toString();
  }

  private String pretty(JsonNode node) throws JsonProcessingException {
    return json.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
  }
}
