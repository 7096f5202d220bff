// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.otlp;

import io.logroute.receiver.otlp.Entry.Origin;
import io.logroute.receiver.otlp.OtlpConfig.Compression;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A request's body. Pure functions. */
final class LogRequest {

  private static final InstrumentationScope SCOPE =
      InstrumentationScope.newBuilder().setName("logroute.receiver").build();

  private LogRequest() {}

  /** Lines by their container, and of each container in their order. */
  static byte[] body(List<Entry> entries, Compression compression) {
    Map<Origin, ScopeLogs.Builder> logs = new LinkedHashMap<>();
    for (Entry entry : entries) {
      logs.computeIfAbsent(entry.origin(), o -> ScopeLogs.newBuilder().setScope(SCOPE))
          .addLogRecords(entry.record());
    }
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    logs.forEach(
        (origin, scope) ->
            request.addResourceLogs(
                ResourceLogs.newBuilder().setResource(origin.resource()).addScopeLogs(scope)));
    return compression == Compression.gzip ? gzip(request.build()) : request.build().toByteArray();
  }

  private static byte[] gzip(ExportLogsServiceRequest request) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(request.getSerializedSize() / 4 + 64);
    try (OutputStream zip = new FastGzip(body)) {
      request.writeTo(zip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toByteArray();
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 64 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
