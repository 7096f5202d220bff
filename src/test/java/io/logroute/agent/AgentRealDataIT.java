// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.agent.CentralPeer.Received;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that a kubelet and containerd wrote themselves: every stream arrives line by line and byte
 * by byte, compared with what an independent parser found in them.
 */
class AgentRealDataIT {

  private static final Map<String, String> SERVICES = Map.of("out", "stdout", "err", "stderr");

  /** One stream of one container. */
  record Expected(int lines, long bytes, String sha256, boolean openEnded) {}

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"PUB", "PUSH"})
  void shouldDeliverEveryStreamByteByByteWhenFilesAreRealOnes(String socket) throws Exception {
    NodeFolders node = new NodeFolders(folder);
    unpack(folder);
    Map<String, Map<String, Expected>> expected = expected();
    int lines =
        expected.values().stream()
            .flatMap(streams -> streams.values().stream())
            .mapToInt(Expected::lines)
            .sum();
    try (CentralPeer centre = CentralPeer.start(folder, socket)) {
      node.route(table(centre.address(), socket));
      try (AgentProcess agent = AgentProcess.start(node)) {
        centre.awaitCount(lines);
        FeedAccounts.assertAddUp(agent);
        assertThat(agent.metric("logroute_agent_sent_lines_total")).isEqualTo(lines);
        assertThat(agent.metric("logroute_agent_malformed_lines_total")).isZero();
        assertThat(agent.metric("logroute_agent_lost_bytes_total")).isZero();
        assertThat(agent.metric("logroute_agent_dropped_lines_total")).isZero();
        assertThat(agent.terminate()).isZero();
      }
      Map<String, Map<String, Expected>> arrived = arrived(centre.received());
      await("more than there is")
          .during(Duration.ofMillis(500))
          .until(() -> centre.received().size() == lines);
      assertThat(arrived).isEqualTo(withoutEnds(expected));
    }
  }

  private static void unpack(Path folder) throws IOException, InterruptedException {
    String archive = AgentRealDataIT.class.getResource("real-pod-logs.tar.gz").getPath();
    Process tar =
        new ProcessBuilder("tar", "xzf", archive, "-C", folder.toString()).inheritIO().start();
    assertThat(tar.waitFor()).isZero();
  }

  private static Map<String, Map<String, Expected>> expected() throws IOException {
    return new JsonMapper()
        .readValue(
            AgentRealDataIT.class.getResourceAsStream("real-pod-logs.expected.json"),
            new TypeReference<>() {});
  }

  private static Map<String, Map<String, Expected>> withoutEnds(
      Map<String, Map<String, Expected>> all) {
    Map<String, Map<String, Expected>> without = new TreeMap<>();
    all.forEach(
        (container, streams) ->
            streams.forEach(
                (stream, found) ->
                    without
                        .computeIfAbsent(container, unused -> new TreeMap<>())
                        .put(stream, new Expected(found.lines, found.bytes, found.sha256, false))));
    return without;
  }

  private static Map<String, Map<String, Expected>> arrived(List<Received> all) {
    Map<String, Map<String, List<Received>>> grouped =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    Received::tag,
                    Collectors.groupingBy(message -> SERVICES.get(message.service()))));
    Map<String, Map<String, Expected>> digested = new TreeMap<>();
    grouped.forEach(
        (tag, streams) -> {
          Map<String, Expected> digests = new TreeMap<>();
          streams.forEach((stream, lines) -> digests.put(stream, digest(lines)));
          digested.put(tag, digests);
        });
    return digested;
  }

  private static Expected digest(List<Received> messages) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      long bytes = 0;
      for (Received message : messages) {
        assertThat(message.tenant()).isEqualTo("t");
        byte[] line = message.line();
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(line.length).array());
        sha256.update(line);
        bytes += line.length;
      }
      String hex = HexFormat.of().formatHex(sha256.digest());
      return new Expected(messages.size(), bytes, hex, false);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The expected file's keys hold the pod's uid, so each pod has an entry with its own tag. */
  private static String table(String address, String socket) throws IOException {
    StringBuilder routes = new StringBuilder();
    StringBuilder pods = new StringBuilder();
    int number = 0;
    for (String key : expected().keySet()) {
      String[] parts = key.split("[_/]");
      number++;
      for (String service : SERVICES.keySet()) {
        routes.append(
            """
              - name: %s%d
                driver: zmq
                endpoint: central
                streams: [%s]
                options: {tag: "{{.Namespace}}_{{.PodName}}_%s/{{.ContainerName}}"}
            """
                .formatted(service, number, SERVICES.get(service), parts[2]));
      }
      pods.append(
          """
            - namespace: %s
              name: %s
              uid: %s
              containers:
              - name: "*"
                routes:
                - {route: out%d, tenantId: t, serviceId: out}
                - {route: err%d, tenantId: t, serviceId: err}
          """
              .formatted(parts[0], parts[1], parts[2], number, number));
    }
    return """
    apiVersion: logroute.io/v1alpha1
    kind: NodeRouteTable
    metadata: {name: node-1}
    spec:
      endpoints:
      - {name: central, addresses: ["%s"], socket: %s}
      routes:
    %s  pods:
    %s"""
        .formatted(address, socket, routes, pods);
  }
}
