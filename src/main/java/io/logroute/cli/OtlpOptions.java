// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.receiver.otlp.OtlpConfig;
import io.logroute.receiver.otlp.OtlpConfig.Compression;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code receive --sink otlp} is told. */
final class OtlpOptions {

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      description =
          "An OpenTelemetry collector (OTLP/HTTP), as http://collector:4318, with --sink otlp."
              + " Without a path, /v1/logs is meant.")
  private @Nullable String endpoint;

  @Option(
      names = "--otlp-headers",
      paramLabel = "FILE",
      description = "Headers of each request, as a properties file: Authorization and the like.")
  private @Nullable Path headers;

  @Option(
      names = "--otlp-ca",
      paramLabel = "FILE",
      description =
          "The certificates that an https:// collector is trusted by, PEM. Default: the JDK's")
  private @Nullable Path authorities;

  @Option(
      names = "--otlp-compression",
      defaultValue = "gzip",
      description = "What is done to requests: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Compression compression;

  boolean isGiven() {
    return endpoint != null || headers != null || authorities != null;
  }

  OtlpConfig config() {
    if (endpoint == null) {
      throw new UsageException("--sink otlp needs --otlp-endpoint http://HOST:PORT");
    }
    try {
      return new OtlpConfig(
          OtlpConfig.logs(endpoint),
          PropertiesOption.read("--otlp-headers", headers),
          compression,
          authorities);
    } catch (IllegalArgumentException e) {
      throw new UsageException("cannot use OTLP: " + e.getMessage());
    }
  }
}
