// SPDX-License-Identifier: Apache-2.0
package io.logroute.cluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * etcd and kube-apiserver, ready, with the CRDs of {@code crds/} established, on free ports of the
 * loopback address. Authorization is Node and RBAC as in a real cluster; the admission plugin
 * {@code ServiceAccount} is off, since nothing here makes the account {@code default} that each pod
 * would need. Logs stay in {@code target/cluster/}, data is removed at the end.
 *
 * <p>Thread-safe as far as its processes are: one test at a time stops and starts.
 */
public final class ControlPlane implements AutoCloseable {

  /** Who a request comes from, for {@link #kubeconfig(String)}: cluster administrator. */
  private static final String ADMIN_TOKEN = UUID.randomUUID().toString();

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private static final AtomicInteger STARTED = new AtomicInteger();

  private final KubernetesBinaries binaries = new KubernetesBinaries();
  private final AtomicInteger namespaces = new AtomicInteger();
  private final int etcdPort = FreePort.next();
  private final int etcdPeerPort = FreePort.next();
  private final int apiServerPort = FreePort.next();
  private final Path folder;
  private final Path data;
  private final Path kubeconfig;
  private GuardedProcess etcd;
  private GuardedProcess apiServer;
  private final KubernetesClient client;
  private final KubernetesClient probe;
  private final Kubectl kubectl;

  private ControlPlane() throws IOException, GeneralSecurityException {
    folder =
        ClusterScript.CHECKOUT.resolve(
            "target/cluster/" + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet());
    data = Files.createDirectories(folder.resolve("data"));
    kubeconfig = folder.resolve("admin.kubeconfig");
    writeServiceAccountKeys();
    Files.writeString(
        data.resolve("tokens.csv"), ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n");
    etcd = launchEtcd();
    apiServer = launchApiServer();
    awaitCertificate();
    Files.writeString(kubeconfig, kubeconfig(ADMIN_TOKEN));
    kubectl = new Kubectl(binaries.program("kubectl"), kubeconfig, data.resolve("kubectl-cache"));
    Config config = Config.fromKubeconfig(kubeconfig.toFile());
    client = client(config);
    probe = client(new ConfigBuilder(config).withRequestRetryBackoffLimit(0).build());
  }

  /** Starts everything and waits until it is ready, some 5 s. */
  public static ControlPlane start() {
    ControlPlane started = startEmpty();
    try {
      started.applyCustomResourceDefinitions();
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
    return started;
  }

  /** As {@link #start()}, but with nothing in it: as a cluster is that LogRoute comes to. */
  public static ControlPlane startEmpty() {
    ControlPlane started;
    try {
      started = new ControlPlane();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK makes no RSA keys", e);
    }
    try {
      started.awaitReady();
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
    return started;
  }

  /** kubectl as the administrator. */
  public Kubectl kubectl() {
    return kubectl;
  }

  /** A client as the administrator, on the JDK's HTTP client; shared, not to be closed. */
  public KubernetesClient client() {
    return client;
  }

  /** A kubeconfig file of the administrator. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** The certificates, PEM, that vouch for the API server. */
  public Path certificateAuthority() {
    return data.resolve("pki/apiserver.crt");
  }

  /** {@code https://127.0.0.1:PORT}, the same after a restart. */
  public String url() {
    return "https://127.0.0.1:" + apiServerPort;
  }

  /** The port of {@link #url()}. */
  public int port() {
    return apiServerPort;
  }

  /** The text of a kubeconfig for the bearer of a token. */
  public String kubeconfig(String token) {
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: test
          cluster: {server: "%s", certificate-authority: "%s"}
        users:
        - name: test
          user: {token: "%s"}
        contexts:
        - name: test
          context: {cluster: test, user: test}
        current-context: test
        """
        .formatted(url(), certificateAuthority(), token);
  }

  /** Makes a namespace that no other test has and says its name, which starts with the prefix. */
  public String createNamespace(String prefix) {
    String name = unique(prefix);
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  /** A name that no other test has, for objects that live in no namespace. */
  public String unique(String prefix) {
    return prefix + "-" + namespaces.incrementAndGet();
  }

  /**
   * Ends the API server as an administrator would: SIGTERM, and SIGKILL after 5 s, since it waits
   * for watches that nobody ends. etcd and its data stay.
   */
  public void stopApiServer() {
    apiServer.terminate(Duration.ofSeconds(5));
  }

  /** Ends the API server as a power cut would: SIGKILL. etcd and its data stay. */
  public void killApiServer() {
    apiServer.kill();
  }

  /**
   * Starts the API server again on the same port and data, when it does not run, and waits until it
   * is ready.
   */
  public void startApiServer() {
    if (!apiServer.isAlive()) {
      apiServer = launchApiServer();
      awaitReady();
    }
  }

  /** Ends etcd: SIGKILL. The API server stays, and cannot answer what it has to ask etcd for. */
  public void killEtcd() {
    etcd.kill();
  }

  /** Starts etcd again on the same port and data, when it does not run, and waits until ready. */
  public void startEtcd() {
    if (!etcd.isAlive()) {
      etcd = launchEtcd();
      awaitReady();
    }
  }

  @Override
  public void close() {
    client.close();
    probe.close();
    apiServer.kill();
    etcd.kill();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private GuardedProcess launchEtcd() {
    String clients = "http://127.0.0.1:" + etcdPort;
    String peers = "http://127.0.0.1:" + etcdPeerPort;
    return GuardedProcess.start(
        List.of(
            binaries.program("etcd").toString(),
            "--data-dir=" + data.resolve("etcd"),
            "--listen-client-urls=" + clients,
            "--advertise-client-urls=" + clients,
            "--listen-peer-urls=" + peers,
            "--initial-advertise-peer-urls=" + peers,
            "--initial-cluster=default=" + peers,
            "--log-level=warn",
            "--unsafe-no-fsync"),
        Map.of(),
        folder.resolve("etcd.log"));
  }

  private GuardedProcess launchApiServer() {
    return GuardedProcess.start(
        List.of(
            binaries.program("kube-apiserver").toString(),
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--secure-port=" + apiServerPort,
            "--cert-dir=" + data.resolve("pki"),
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=Node,RBAC",
            "--token-auth-file=" + data.resolve("tokens.csv"),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + data.resolve("sa.key"),
            "--service-account-key-file=" + data.resolve("sa.pub"),
            "--disable-admission-plugins=ServiceAccount",
            "--allow-privileged=true"),
        Map.of(),
        folder.resolve("kube-apiserver.log"));
  }

  private void awaitCertificate() {
    Awaitility.await("the API server's certificate")
        .atMost(START_TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .failFast("the API server ended, see " + apiServer.log(), () -> !apiServer.isAlive())
        .until(
            () ->
                Files.isRegularFile(certificateAuthority())
                    && Files.isRegularFile(data.resolve("pki/apiserver.key")));
  }

  private void awaitReady() {
    Awaitility.await("the API server to be ready, see " + apiServer.log())
        .atMost(START_TIMEOUT)
        .pollInterval(Duration.ofMillis(100))
        .failFast("the API server ended, see " + apiServer.log(), () -> !apiServer.isAlive())
        .until(this::isReady);
  }

  private boolean isReady() {
    try {
      return "ok".equals(probe.raw("/readyz"))
          && probe.namespaces().withName("default").get() != null
          && probe.namespaces().withName("kube-system").get() != null;
    } catch (KubernetesClientException notYet) {
      return false;
    }
  }

  private void applyCustomResourceDefinitions() {
    Path crds = ClusterScript.CHECKOUT.resolve("crds");
    if (Files.isDirectory(crds)) {
      kubectl.run("apply", "--server-side", "-f", crds.toString()).orFail();
      kubectl.run("wait", "--for=condition=Established", "crd", "--all").orFail();
    }
  }

  private void writeServiceAccountKeys() throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    writePem(data.resolve("sa.key"), "PRIVATE KEY", keys.getPrivate().getEncoded());
    writePem(data.resolve("sa.pub"), "PUBLIC KEY", keys.getPublic().getEncoded());
  }

  private static void writePem(Path file, String label, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
  }
}
