// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server is and how to speak to it. Immutable; what stands in files is read whenever
 * it is needed, since kubelet replaces it.
 *
 * @param server {@code https://host:port}, without a slash at the end
 * @param certificateAuthority who vouches for the server; absent: the JDK's own authorities
 * @param token for {@code Authorization: Bearer}
 * @param clientCertificate with {@code clientKey}: mutual TLS
 */
public record ApiServerConfig(
    URI server,
    @Nullable Material certificateAuthority,
    @Nullable Material token,
    @Nullable Material clientCertificate,
    @Nullable Material clientKey) {

  /** Where kubelet mounts a pod's service account. */
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final String HOST = "KUBERNETES_SERVICE_HOST";

  private static final char[] NO_PASSWORD = {};

  /**
   * Finds the way to the API server: a kubeconfig that was named, else the one in {@code
   * KUBECONFIG}, else the pod's service account, else {@code ~/.kube/config}.
   *
   * @param kubeconfig named on the command line
   * @param environment of the process
   */
  public static ApiServerConfig locate(@Nullable Path kubeconfig, Map<String, String> environment)
      throws ApiServerConfigException {
    if (kubeconfig != null) {
      return fromKubeconfig(kubeconfig);
    }
    String named = environment.getOrDefault("KUBECONFIG", "");
    if (!named.isEmpty()) {
      return fromKubeconfig(Path.of(named));
    }
    if (environment.containsKey(HOST)) {
      return inCluster(environment, SERVICE_ACCOUNT);
    }
    Path ofUser = Path.of(environment.getOrDefault("HOME", "/"), ".kube", "config");
    if (Files.exists(ofUser)) {
      return fromKubeconfig(ofUser);
    }
    throw new ApiServerConfigException(
        "no way to an API server: run in a cluster, set KUBECONFIG, name a kubeconfig with"
            + " --kubeconfig, or read the table from a file with --routes");
  }

  /** Reads the current context of a kubeconfig. */
  public static ApiServerConfig fromKubeconfig(Path file) throws ApiServerConfigException {
    return checked(Kubeconfig.read(file), "kubeconfig " + file);
  }

  static ApiServerConfig inCluster(Map<String, String> environment, Path serviceAccount)
      throws ApiServerConfigException {
    String host = environment.getOrDefault(HOST, "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    String bracketed = host.contains(":") ? "[" + host + "]" : host;
    URI server;
    try {
      server = URI.create("https://" + bracketed + ":" + port);
    } catch (IllegalArgumentException e) {
      throw new ApiServerConfigException(
          HOST + "=" + host + " and KUBERNETES_SERVICE_PORT=" + port + " are no address");
    }
    return checked(
        new ApiServerConfig(
            server,
            new Material.InFile(serviceAccount.resolve("ca.crt")),
            new Material.InFile(serviceAccount.resolve("token")),
            null,
            null),
        "service account " + serviceAccount);
  }

  /** The token as it is now. */
  @Nullable String bearerToken() throws IOException {
    return token == null ? null : token.readText();
  }

  /** A context of the certificates as they are now. */
  SSLContext sslContext() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers(), trustManagers(), null);
    return context;
  }

  private static ApiServerConfig checked(ApiServerConfig config, String origin)
      throws ApiServerConfigException {
    try {
      config.sslContext();
      config.bearerToken();
      return config;
    } catch (java.nio.file.NoSuchFileException e) {
      throw new ApiServerConfigException(origin + ": no such file: " + e.getFile());
    } catch (IOException | GeneralSecurityException e) {
      throw new ApiServerConfigException(origin + ": unusable credentials: " + e.getMessage());
    }
  }

  private TrustManager @Nullable [] trustManagers() throws IOException, GeneralSecurityException {
    if (certificateAuthority == null) {
      return null;
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (X509Certificate certificate : Pem.certificates(certificateAuthority.read())) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private KeyManager @Nullable [] keyManagers() throws IOException, GeneralSecurityException {
    if (clientCertificate == null || clientKey == null) {
      return null;
    }
    List<X509Certificate> chain = Pem.certificates(clientCertificate.read());
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "client",
        Pem.privateKey(clientKey.read()),
        NO_PASSWORD,
        chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }
}
