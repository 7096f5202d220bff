// SPDX-License-Identifier: Apache-2.0
package io.logroute.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.logroute.cluster.ControlPlane;
import io.logroute.cluster.FreePort;
import io.logroute.cluster.LogRouteProcess;
import io.logroute.cluster.SharedApiServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * The chart's alerts and its dashboard in a real Prometheus over real processes: what an alert
 * watches is broken, and the alert fires; every query of the dashboard gives data. The rules are
 * the chart's, but that they do not wait before they fire, and that a byte held is much.
 */
@ExtendWith(SharedApiServer.class)
class AlertsIT {

  private static final Path FILES = Checkout.ROOT.resolve("charts/logroute/files");
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final Pattern ALERT = Pattern.compile("(?m)^ *- alert: (\\w+)$");

  @TempDir private Path folder;
  private final ZContext context = new ZContext();
  private int record;

  @AfterEach
  void close() {
    context.close();
  }

  @Test
  void shouldFireEveryAlertAndFillEveryPanel(ControlPlane cluster) throws Exception {
    Optional<Path> programs = Prometheus.programs();
    assumeTrue(
        programs.isPresent(), "no Prometheus, see src/test/cluster/prometheus-binary.sh for why");
    Path rules = rules();
    assertThat(
            Command.run(
                    programs.get().resolve("promtool").toString(),
                    "check",
                    "rules",
                    rules.toString())
                .outOrFail())
        .contains("SUCCESS");
    Path pods = folder.resolve("pods");
    Path containers = Files.createDirectories(folder.resolve("containers"));
    Path steady = container("shop_steady_1111");
    Path deleted = container("shop_deleted_2222");
    damage(container("shop_damaged_3333"));
    append(steady, 20);
    append(deleted, 20);
    int central = FreePort.next();
    int dying = FreePort.next();
    ZMQ.Socket elsewhere = context.createSocket(SocketType.SUB);
    elsewhere.subscribe("another tenant");
    int subscribed = elsewhere.bindToRandomPort("tcp://127.0.0.1");
    Path routes =
        Files.writeString(folder.resolve("routes.yaml"), table(central, dying, subscribed));
    try (LogRouteProcess receiver = receiver("central", central);
        LogRouteProcess doomed = receiver("dying", dying);
        LogRouteProcess agent =
            LogRouteProcess.start(
                folder.resolve("agent.log"),
                "agent",
                "--routes=" + routes,
                "--pods-dir=" + pods,
                "--containers-dir=" + containers,
                "--state-dir=" + folder.resolve("state"));
        LogRouteProcess operator =
            LogRouteProcess.start(
                folder.resolve("operator.log"),
                "operator",
                "--kubeconfig=" + cluster.kubeconfig(),
                "--namespace=" + cluster.createNamespace("alerts"));
        Prometheus prometheus =
            Prometheus.start(
                programs.get(),
                folder,
                rules,
                Map.of(
                    "agent", agent.http(),
                    "receiver", receiver.http(),
                    "operator", operator.http()))) {
      operator.awaitReady();
      agent.awaitReady();
      await("lines at the centre that is to die")
          .atMost(SOON)
          .until(() -> prometheus.series("logroute_agent_sent_lines_total{endpoint='dying'}") > 0);
      delete(pods.resolve("shop_deleted_2222"));
      append(steady, 200);
      await("lines in flight to the centre that is to die")
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> received(doomed) >= 220);
      doomed.kill();
      await("a refusal")
          .atMost(SOON)
          .until(
              () -> {
                append(steady, 200);
                sendRubbish(central);
                elsewhere.recv(ZMQ.DONTWAIT);
                return prometheus.firing().contains("LogRouteReceiverRefuses");
              });
      assertThat(empty(prometheus, SOON)).as("queries of the dashboard without data").isEmpty();
      operator.kill();

      List<String> all =
          ALERT.matcher(Files.readString(rules)).results().map(r -> r.group(1)).sorted().toList();
      await("every alert of " + all)
          .atMost(SOON)
          .untilAsserted(() -> assertThat(prometheus.firing()).isEqualTo(all));
    }
  }

  private Path rules() throws IOException {
    String text = Files.readString(FILES.resolve("alerts.yaml"));
    String eager =
        text.replaceAll("(?m)^  for: .*$", "  for: 0s").replace("512 * 1024 * 1024", "1");
    return Files.writeString(
        folder.resolve("rules.yaml"),
        "groups:\n- name: logroute\n  rules:\n" + eager.replaceAll("(?m)^(?!#)", "  "));
  }

  private LogRouteProcess receiver(String name, int port) {
    return LogRouteProcess.start(
            folder.resolve(name + ".log"),
            "receive",
            "--bind-pull=tcp://127.0.0.1:" + port,
            "--bind-acked=tcp://127.0.0.1:" + FreePort.next(),
            "--data-dir=" + folder.resolve(name))
        .awaitReady();
  }

  private static String table(int central, int dying, int subscribed) {
    return """
        apiVersion: logroute.io/v1alpha1
        kind: NodeRouteTable
        metadata: {name: node-1}
        spec:
          endpoints:
          - {name: central, addresses: ['tcp://127.0.0.1:%d'], socket: PUSH}
          - {name: dying, addresses: ['tcp://127.0.0.1:%d'], socket: PUSH}
          - {name: nobody, addresses: ['tcp://127.0.0.1:%d'], socket: PUSH}
          - {name: elsewhere, addresses: ['tcp://127.0.0.1:%d'], socket: PUB}
          routes:
          - {name: shop/central, driver: zmq, endpoint: central}
          - {name: shop/dying, driver: zmq, endpoint: dying}
          - {name: shop/nobody, driver: zmq, endpoint: nobody}
          - {name: shop/elsewhere, driver: zmq, endpoint: elsewhere}
          pods:
          - namespace: '*'
            name: '*'
            containers:
            - name: '*'
              routes:
              - {route: shop/central, tenantId: t, serviceId: s}
              - {route: shop/dying, tenantId: t, serviceId: s}
              - {route: shop/nobody, tenantId: t, serviceId: s}
              - {route: shop/elsewhere, tenantId: t, serviceId: s}
        """
        .formatted(central, dying, FreePort.next(), subscribed);
  }

  private Path container(String pod) throws IOException {
    return Files.createDirectories(folder.resolve("pods/" + pod + "/app")).resolve("0.log");
  }

  /** A rotated file that is neither whole nor gzip all the way, and the current one. */
  private void damage(Path log) throws IOException {
    byte[] gzip = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8};
    Files.write(log.resolveSibling("0.log.20260101-000000.gz"), gzip);
    append(log, 1);
  }

  /** Records from long ago, so that whatever waits is late. */
  private void append(Path log, int lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append(
          "2026-01-01T00:00:%02d.%09dZ stdout F line\n".formatted(record / 1000 % 60, record));
      record++;
    }
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static double received(LogRouteProcess receiver) throws IOException {
    String metrics =
        new String(
            URI.create("http://" + receiver.http() + "/metrics")
                .toURL()
                .openStream()
                .readAllBytes(),
            StandardCharsets.UTF_8);
    Matcher lines =
        Pattern.compile("logroute_receiver_received_lines_total\\{.*} (\\S+)").matcher(metrics);
    return lines.results().mapToDouble(r -> Double.parseDouble(r.group(1))).sum();
  }

  private void sendRubbish(int port) {
    ZMQ.Socket sender = context.createSocket(SocketType.PUSH);
    sender.connect("tcp://127.0.0.1:" + port);
    sender.setSendTimeOut(1000);
    sender.send("one frame is no line");
    context.destroySocket(sender);
  }

  private static void delete(Path pod) {
    Command.run("rm", "-r", pod.toString()).outOrFail();
  }

  private static List<String> empty(Prometheus prometheus, Duration atMost) throws IOException {
    JsonNode dashboard = new JsonMapper().readTree(FILES.resolve("dashboard.json").toFile());
    List<String> queries =
        dashboard.findValues("expr").stream()
            .map(expr -> expr.asText().replace("$__rate_interval", "1m"))
            .toList();
    assertThat(queries).hasSizeGreaterThan(15);
    long endNanos = System.nanoTime() + atMost.toNanos();
    List<String> empty = queries;
    while (!empty.isEmpty() && System.nanoTime() < endNanos) {
      empty = empty.stream().filter(query -> prometheus.series(query) == 0).toList();
    }
    return empty;
  }
}
