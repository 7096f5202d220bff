// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The part of a kubeconfig that the agent understands: one file, its current context, a token or a
 * client certificate, each in the file or beside it. Relative paths are relative to the file.
 */
final class Kubeconfig {

  private final Path file;
  private final JsonNode root;

  private Kubeconfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  static ApiServerConfig read(Path file) throws ApiServerConfigException {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readAllBytes(file));
      return new Kubeconfig(file, root).currentContext();
    } catch (JsonProcessingException e) {
      throw new ApiServerConfigException(
          "kubeconfig " + file + " is not YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new ApiServerConfigException("kubeconfig " + file + " cannot be read: " + cause(e));
    }
  }

  private ApiServerConfig currentContext() throws ApiServerConfigException {
    String current = root.path("current-context").asText("");
    if (current.isEmpty()) {
      throw problem("no current-context; choose one with kubectl config use-context");
    }
    JsonNode context = named("contexts", current, "context");
    JsonNode cluster = named("clusters", context.path("cluster").asText(""), "cluster");
    JsonNode user = named("users", context.path("user").asText(""), "user");
    refuse(cluster, "insecure-skip-tls-verify", "name the certificate-authority instead");
    refuse(cluster, "proxy-url", "the agent speaks to the API server directly");
    refuse(user, "exec", "give the user a token or a client certificate");
    refuse(user, "auth-provider", "give the user a token or a client certificate");
    return new ApiServerConfig(
        server(cluster),
        material(cluster, "certificate-authority"),
        token(user),
        material(user, "client-certificate"),
        material(user, "client-key"));
  }

  private URI server(JsonNode cluster) throws ApiServerConfigException {
    String server = cluster.path("server").asText("");
    try {
      URI uri =
          URI.create(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
      if (uri.getHost() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException notAUri) {
      throw problem("server '" + server + "' is no URL: " + notAUri.getMessage());
    }
    throw problem("server '" + server + "' is no https:// URL");
  }

  private @Nullable Material token(JsonNode user) {
    String path = user.path("tokenFile").asText("");
    if (!path.isEmpty()) {
      return new Material.InFile(file.resolveSibling(path));
    }
    String token = user.path("token").asText("");
    return token.isEmpty()
        ? null
        : new Material.Inline("token", StandardCharsets.UTF_8.encode(token));
  }

  /** As kubectl does: {@code name-data} wins over the file that {@code name} says. */
  private @Nullable Material material(JsonNode of, String name) throws ApiServerConfigException {
    String data = of.path(name + "-data").asText("");
    if (!data.isEmpty()) {
      try {
        return new Material.Inline(
            name + "-data", ByteBuffer.wrap(Base64.getDecoder().decode(data)));
      } catch (IllegalArgumentException e) {
        throw problem(name + "-data is not base64");
      }
    }
    String path = of.path(name).asText("");
    return path.isEmpty() ? null : new Material.InFile(file.resolveSibling(path));
  }

  private JsonNode named(String list, String name, String field) throws ApiServerConfigException {
    for (JsonNode item : root.path(list)) {
      if (name.equals(item.path("name").asText())) {
        return item.path(field);
      }
    }
    throw problem("no '" + name + "' among its " + list);
  }

  private void refuse(JsonNode of, String field, String wayOut) throws ApiServerConfigException {
    JsonNode value = of.path(field);
    if (value.isObject() || value.asBoolean() || (value.isTextual() && !value.asText().isEmpty())) {
      throw problem(field + " is not supported; " + wayOut);
    }
  }

  private ApiServerConfigException problem(String what) {
    return new ApiServerConfigException("kubeconfig " + file + ": " + what);
  }

  private static String cause(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "no such file"
        : String.valueOf(e.getMessage());
  }
}
