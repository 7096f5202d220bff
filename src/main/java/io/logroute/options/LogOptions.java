// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Log options, parsed.
 *
 * @param mode what happens when the endpoint does not take lines
 * @param maxBufferBytes with {@link DeliveryMode#NON_BLOCKING}: a container's backlog is at most
 *     this
 * @param tag absent when none was written: {@link TagTemplate#DEFAULT} for {@code zmq}, no tag for
 *     {@code json-file}
 * @param zmqAddress absent when the address is not given by option
 * @param maxFileBytes of one {@code json-file} file; 0: no limit
 * @param maxFiles of {@code json-file}, the current one included; without a limit of bytes there is
 *     one in any case
 */
public record LogOptions(
    DeliveryMode mode,
    long maxBufferBytes,
    @Nullable TagTemplate tag,
    @Nullable TcpAddress zmqAddress,
    long maxFileBytes,
    int maxFiles) {

  /** Docker's {@code defaultRingMaxSize}. */
  private static final String DEFAULT_MAX_BUFFER_SIZE = "1000000";

  /**
   * Parses options that {@link LogOptionValidators#validate} found nothing wrong with. Options of
   * driver {@code none} are never looked at, and not for this method.
   *
   * @throws IllegalArgumentException when they were not validated, and wrong
   */
  public static LogOptions parse(Map<String, String> options) {
    String tag = options.getOrDefault(TagTemplate.OPTION, "");
    String address = options.get(ZmqOptions.ADDRESS);
    return new LogOptions(
        mode(options.getOrDefault(CommonOptions.MODE, "")),
        size(ByteSize.binary(or(options, CommonOptions.MAX_BUFFER_SIZE, DEFAULT_MAX_BUFFER_SIZE))),
        tag.isEmpty() ? null : TagTemplate.parse(tag),
        address == null ? null : TcpAddress.parse(address),
        size(ByteSize.decimal(or(options, JsonFileOptions.MAX_SIZE, "0"))),
        Integer.parseInt(or(options, JsonFileOptions.MAX_FILE, "1")));
  }

  private static String or(Map<String, String> options, String key, String absent) {
    return options.getOrDefault(key, absent);
  }

  private static DeliveryMode mode(String text) {
    return DeliveryMode.of(text)
        .orElseThrow(() -> new IllegalArgumentException("no such mode: " + text));
  }

  private static long size(OptionalLong bytes) {
    return bytes.orElseThrow(() -> new IllegalArgumentException("not a size"));
  }
}
