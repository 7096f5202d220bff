// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import java.util.Locale;

/** Why a message is refused: the {@code reason} of the metric, in lower case. */
public enum Refusal {
  /** Not exactly three frames. */
  FRAMES,
  /** The first frame is not an id. */
  TENANT_ID,
  /** The second frame is not an id. */
  SERVICE_ID,
  /** The third frame has no {@code ": "} within the length of a tag. */
  TAG,
  /** Too much was announced and not sent, so it was not kept. */
  NO_ROOM;

  /** The value of the metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
