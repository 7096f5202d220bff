// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.tail;

import java.util.Locale;

/** Why bytes of a log file are not delivered: the reasons of the loss ledger. */
public enum LossReason {
  /** They vanished before they could be read: deleted, or truncated in place. */
  ROTATED,
  /** A deleted file had to be let go: the cap on what is held of such files was reached. */
  HELD_CAP,
  /** The same, of a pod that the table does not cover yet. */
  UNDECIDED,
  /** The file is damaged. */
  UNREADABLE;

  /** As it stands in metrics and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
