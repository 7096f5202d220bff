// SPDX-License-Identifier: Apache-2.0
package io.logroute.cli;

import io.logroute.receiver.Receiver;
import io.logroute.receiver.ReceiverConfig;
import io.logroute.receiver.SinkConfig;
import io.logroute.receiver.StartFailedException;
import io.logroute.receiver.intake.BindAddress;
import io.logroute.receiver.intake.Curve;
import io.logroute.receiver.intake.SocketKind;
import io.logroute.receiver.store.StoreLimits;
import io.logroute.receiver.web.Access;
import io.logroute.receiver.web.TokenFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code logroute receive}: runs the receiver until it is told to stop. */
@Command(
    name = "receive",
    description = "The central endpoint: takes lines from agents and keeps them.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ReceiveCommand implements Callable<Integer> {

  private static final Duration STOP_GRACE = Duration.ofSeconds(30);

  /** What keeps the lines. */
  enum Sink {
    files,
    kafka,
    otlp
  }

  @Option(
      names = "--bind-sub",
      paramLabel = "tcp://HOST:PORT",
      description = "Takes lines from agents that publish (PUB). Host * is every interface.",
      converter = BindAddressConverter.class)
  private @Nullable BindAddress bindSub;

  @Option(
      names = "--bind-pull",
      paramLabel = "tcp://HOST:PORT",
      description = "Takes lines from agents that push (PUSH).",
      converter = BindAddressConverter.class)
  private @Nullable BindAddress bindPull;

  @Option(
      names = "--bind-acked",
      paramLabel = "tcp://HOST:PORT",
      description =
          "Takes lines from agents that wait for acknowledgements (delivery AtLeastOnce).",
      converter = BindAddressConverter.class)
  private @Nullable BindAddress bindAcked;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "logroute-data",
      description = "Where lines are kept, made when it is not there. Default: ${DEFAULT-VALUE}")
  private Path dataDir;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8080",
      description = "Live page, API, metrics and health. Default: ${DEFAULT-VALUE}",
      converter = HostPortConverter.class)
  private InetSocketAddress http;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Page and API ask for a token: each line is TOKEN TENANT[,TENANT...], or TOKEN * for all"
              + " tenants. Read again when it changes. Default: who reaches --http sees all")
  private @Nullable Path tokens;

  @Option(
      names = "--curve-key",
      paramLabel = "FILE",
      description =
          "The acked socket takes CURVE and nothing else: this holds the receiver's secret key in"
              + " Z85. Read again when it changes")
  private @Nullable Path curveKey;

  @Option(
      names = "--curve-senders",
      paramLabel = "FILE",
      description =
          "Who may send with CURVE: each line is PUBLIC-KEY TENANT[,TENANT...], or PUBLIC-KEY * for"
              + " all tenants. Read again when it changes")
  private @Nullable Path curveSenders;

  @Option(
      names = "--sink",
      defaultValue = "files",
      description = "What keeps the lines: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Sink sink;

  @Mixin private KafkaOptions kafka;

  @Mixin private OtlpOptions otlp;

  @Option(
      names = "--roll-bytes",
      paramLabel = "QUANTITY",
      defaultValue = "64Mi",
      description = "A file of this size is rolled. Default: ${DEFAULT-VALUE}",
      converter = QuantityConverter.class)
  private long rollBytes;

  @Option(
      names = "--roll-age",
      paramLabel = "DURATION",
      defaultValue = "24h",
      description = "A file whose first line is this old is rolled. Default: ${DEFAULT-VALUE}",
      converter = DurationConverter.class)
  private Duration rollAge;

  @Option(
      names = "--retain-bytes",
      paramLabel = "QUANTITY",
      defaultValue = "0",
      description =
          "Above this size of all files together the oldest are deleted. Default: 0, no bound",
      converter = QuantityConverter.class)
  private long retainBytes;

  @Option(
      names = "--retain-age",
      paramLabel = "DURATION",
      defaultValue = "0s",
      description =
          "Rolled files that were last written this long ago are deleted. Default: 0s, no bound",
      converter = DurationConverter.class)
  private Duration retainAge;

  @Override
  public Integer call() throws InterruptedException {
    Receiver receiver = start(config());
    StopSignal stop = StopSignal.install(STOP_GRACE);
    try (receiver) {
      stop.await();
    } finally {
      stop.done(0);
    }
    return 0;
  }

  private static Receiver start(ReceiverConfig config) {
    try {
      return Receiver.start(config);
    } catch (StartFailedException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private ReceiverConfig config() {
    Map<SocketKind, BindAddress> bind = new EnumMap<>(SocketKind.class);
    if (bindSub != null) {
      bind.put(SocketKind.SUB, bindSub);
    }
    if (bindPull != null) {
      bind.put(SocketKind.PULL, bindPull);
    }
    if (bindAcked != null) {
      bind.put(SocketKind.ACKED, bindAcked);
    }
    if (bind.isEmpty()) {
      throw new UsageException(
          "nothing to receive on: give --bind-sub tcp://HOST:PORT, --bind-pull tcp://HOST:PORT or"
              + " --bind-acked tcp://HOST:PORT");
    }
    if (rollBytes == 0 || rollAge.isZero()) {
      throw new UsageException("--roll-bytes and --roll-age must be more than 0");
    }
    StoreLimits limits =
        new StoreLimits(
            rollBytes, rollAge, retainBytes, retainAge, StoreLimits.DEFAULT_MAX_OPEN_FILES);
    return new ReceiverConfig(
        bind,
        dataDir,
        http,
        limits,
        ReceiverConfig.DEFAULT_UPKEEP_EVERY,
        access(),
        curve(),
        sink());
  }

  private @Nullable Curve curve() {
    if (curveKey == null && curveSenders == null) {
      return null;
    }
    if (curveKey == null || curveSenders == null) {
      throw new UsageException(
          "--curve-key and --curve-senders go together: who has a key must be known");
    }
    if (bindSub != null || bindPull != null) {
      throw new UsageException(
          "CURVE is for --bind-acked alone: a full SUB or PULL socket would hand over lines that"
              + " are still sealed; run those in a receiver of their own");
    }
    try {
      return Curve.open(curveKey, curveSenders);
    } catch (IOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private SinkConfig sink() {
    if (sink != Sink.kafka && kafka.isGiven()) {
      throw new UsageException("--kafka-bootstrap and --kafka-config need --sink kafka");
    }
    if (sink != Sink.otlp && otlp.isGiven()) {
      throw new UsageException("--otlp-endpoint, --otlp-headers and --otlp-ca need --sink otlp");
    }
    return switch (sink) {
      case files -> new SinkConfig.Files();
      case kafka -> new SinkConfig.Kafka(kafka.config());
      case otlp -> new SinkConfig.Otlp(otlp.config());
    };
  }

  private Access access() {
    try {
      return tokens == null ? Access.open() : TokenFile.open(tokens);
    } catch (IOException e) {
      throw new UsageException("cannot use --tokens: " + e.getMessage());
    }
  }

  private static final class BindAddressConverter implements ITypeConverter<BindAddress> {
    @Override
    public BindAddress convert(String text) {
      try {
        return BindAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
