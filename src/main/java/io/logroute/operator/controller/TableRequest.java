// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.controller;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.logroute.api.v1alpha1.LogAgent;
import io.logroute.table.NodeRouteTable;
import io.logroute.table.TableCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The request that writes a table, as cheap for the API server as a server-side apply can be: with
 * the client's own it reads the body a second time to warn of unknown fields, of which there are
 * none, and sends back the whole table, of which only the generation is looked at. Thread-safe.
 */
final class TableRequest {

  private static final String PATH = "apis/logroute.io/v1alpha1/noderoutetables/";
  private static final String PARAMETERS =
      "?fieldManager=" + Tables.FIELD_MANAGER + "&force=true&fieldValidation=Ignore";
  private static final String APPLY = "application/apply-patch+yaml";
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

  private static final long TIMEOUT_SECONDS = 30;
  private static final JsonFactory JSON = new JsonFactory();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final KubernetesClient client;

  TableRequest(KubernetesClient client) {
    this.client = client;
  }

  /** The table as an object that a LogAgent owns. */
  String body(LogAgent owner, NodeRouteTable table, String revision) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(body)) {
      out.writeStartObject();
      out.writeStringField("apiVersion", NodeRouteTable.API_VERSION);
      out.writeStringField("kind", NodeRouteTable.KIND);
      out.writeObjectFieldStart("metadata");
      out.writeStringField("name", table.node());
      out.writeObjectFieldStart("annotations");
      out.writeStringField(Tables.REVISION, revision);
      out.writeEndObject();
      owner(out, owner);
      out.writeEndObject();
      out.writeFieldName("spec");
      out.writeRawValue(new String(TableCodec.writeLeanSpec(table), StandardCharsets.UTF_8));
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private static void owner(JsonGenerator out, LogAgent owner) throws IOException {
    out.writeArrayFieldStart("ownerReferences");
    out.writeStartObject();
    out.writeStringField("apiVersion", owner.getApiVersion());
    out.writeStringField("kind", owner.getKind());
    out.writeStringField("name", owner.getMetadata().getName());
    out.writeStringField("uid", owner.getMetadata().getUid());
    out.writeBooleanField("controller", true);
    out.writeBooleanField("blockOwnerDeletion", false);
    out.writeEndObject();
    out.writeEndArray();
  }

  /**
   * Has the API server make a table what the body says.
   *
   * @return the table's generation now
   * @throws KubernetesClientException when it does not
   */
  long apply(String node, String body) {
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(client.getMasterUrl() + PATH + node + PARAMETERS)
            .method("PATCH", APPLY, body)
            .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .setHeader("Accept", METADATA_ONLY)
            .build();
    HttpResponse<String> answer = answer(request);
    if (!answer.isSuccessful()) {
      throw refused(answer);
    }
    try {
      JsonNode metadata = MAPPER.readTree(answer.body()).path("metadata");
      return metadata.path("generation").asLong();
    } catch (JsonProcessingException e) {
      throw new KubernetesClientException("the answer to a table is no JSON", e);
    }
  }

  private HttpResponse<String> answer(HttpRequest request) {
    try {
      return client
          .getHttpClient()
          .sendAsync(request, String.class)
          .get(2 * TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw KubernetesClientException.launderThrowable(e.getCause());
    } catch (TimeoutException e) {
      throw new KubernetesClientException("no answer within " + 2 * TIMEOUT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KubernetesClientException("interrupted while a table was written", e);
    }
  }

  private KubernetesClientException refused(HttpResponse<String> answer) {
    Status status = status(answer);
    String message = status.getMessage();
    return new KubernetesClientException(
        message == null ? "the API server answers " + answer.code() : message,
        answer.code(),
        status);
  }

  private Status status(HttpResponse<String> answer) {
    try {
      Status status = client.getKubernetesSerialization().unmarshal(answer.body(), Status.class);
      return Objects.requireNonNullElseGet(status, Status::new);
    } catch (IllegalArgumentException | KubernetesClientException notAStatus) {
      return new Status();
    }
  }
}
