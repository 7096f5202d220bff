// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.driver;

import io.logroute.options.LogOptions;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines of one container instance go by one route, concluded: what a driver needs to know
 * about them. A driver may attach what it worked out once. Used by the pipeline's thread.
 */
public final class Target {

  private final String route;
  private final String tenantId;
  private final String serviceId;
  private final String tag;
  private final byte[] tagBytes;
  private final LogOptions options;
  private final ContainerInstance instance;
  private @Nullable Object attachment;

  /**
   * @param tag the rendered tag, without the separator
   * @param instance whose lines they are
   */
  public Target(
      String route,
      String tenantId,
      String serviceId,
      String tag,
      LogOptions options,
      ContainerInstance instance) {
    this.route = route;
    this.tenantId = tenantId;
    this.serviceId = serviceId;
    this.tag = tag;
    this.tagBytes = tag.getBytes(StandardCharsets.UTF_8);
    this.options = options;
    this.instance = instance;
  }

  public String route() {
    return route;
  }

  public String tenantId() {
    return tenantId;
  }

  public String serviceId() {
    return serviceId;
  }

  public String tag() {
    return tag;
  }

  public byte[] tagBytes() {
    return tagBytes;
  }

  public LogOptions options() {
    return options;
  }

  public ContainerInstance instance() {
    return instance;
  }

  /** What the driver attached, null at first. */
  public @Nullable Object attachment() {
    return attachment;
  }

  public void attach(Object attachment) {
    this.attachment = attachment;
  }
}
