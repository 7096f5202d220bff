// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.logroute.agent.LossLedger.Loss;
import io.logroute.agent.checkpoint.Positions.Offsets;
import io.logroute.agent.tail.Generation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Each container with its files and, for each route, how far it is and where its bytes went: {@code
 * /debug/containers}. The bytes of a feed add up: discovered = sent + dropped + lost + not selected
 * + repeated + lag. The newest losses stand at the end.
 */
final class ContainersReport {

  private static final JsonFactory JSON = new JsonFactory();

  private ContainersReport() {}

  static byte[] of(Map<Path, ContainerState> containers, List<Loss> losses) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<ContainerState> sorted =
        containers.values().stream()
            .sorted(Comparator.comparing(state -> state.log.folder().key()))
            .toList();
    try (JsonGenerator json = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeArrayFieldStart("containers");
      for (ContainerState state : sorted) {
        container(json, state);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("losses");
      for (Loss loss : losses) {
        loss(json, loss);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void loss(JsonGenerator json, Loss loss) throws IOException {
    json.writeStartObject();
    json.writeStringField("at", loss.at().toString());
    json.writeStringField("container", loss.range().container());
    json.writeStringField("file", loss.range().file());
    json.writeStringField("head", Long.toHexString(loss.range().head()));
    json.writeStringField("route", loss.route());
    json.writeNumberField("from", loss.range().from());
    json.writeNumberField("to", loss.range().to());
    json.writeStringField("reason", loss.reason().label());
    json.writeEndObject();
  }

  private static void container(JsonGenerator json, ContainerState state) throws IOException {
    json.writeStartObject();
    json.writeStringField("container", state.log.folder().key());
    json.writeBooleanField("decided", state.isDecided());
    json.writeBooleanField("gone", state.log.isGone());
    json.writeStringField("problem", state.problem);
    json.writeArrayFieldStart("files");
    for (Generation generation : state.log.generations()) {
      json.writeStartObject();
      json.writeStringField("name", generation.name().toString());
      json.writeStringField("head", Long.toHexString(generation.headHash()));
      json.writeNumberField("bytes", generation.sizeBytes());
      json.writeBooleanField("open", generation.isOpen());
      json.writeBooleanField("present", generation.isPresent());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("routes");
    for (Feed feed : List.copyOf(state.feedsByRoute.values())) {
      feed(json, feed);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void feed(JsonGenerator json, Feed feed) throws IOException {
    FeedCount total = feed.account().total();
    json.writeStartObject();
    json.writeStringField("route", feed.route());
    json.writeStringField("endpoint", AgentPipelines.nameOf(feed.binding()));
    Feed.Failure failure = feed.failure();
    json.writeStringField("problem", failure == null ? "" : failure.what());
    json.writeNumberField("discoveredBytes", feed.discoveredBytes());
    json.writeNumberField("sentLines", total.sentLines);
    json.writeNumberField("sentBytes", total.sentBytes);
    json.writeNumberField("droppedBytes", total.droppedBytes());
    json.writeNumberField("lostBytes", feed.account().lostBytes());
    json.writeNumberField("notSelectedBytes", total.notSelectedBytes);
    json.writeNumberField("repeatedBytes", total.repeatedBytes);
    json.writeNumberField("lagBytes", feed.lagBytes());
    json.writeArrayFieldStart("positions");
    for (Progress progress : feed.generations().all()) {
      Offsets taken = progress.taken();
      json.writeStartObject();
      json.writeStringField("name", progress.generation.name().toString());
      json.writeNumberField("read", progress.read());
      json.writeNumberField("takenStdout", taken.stdout());
      json.writeNumberField("takenStderr", taken.stderr());
      json.writeBooleanField("finished", progress.isFinished());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
