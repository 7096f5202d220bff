// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.intake;

import org.jspecify.annotations.Nullable;

/** Who may send lines, and whose. Used by any thread. */
interface Senders {

  /** Without CURVE nobody has a key, and everybody may send everything. */
  Senders ANYONE =
      new Senders() {
        @Override
        public boolean knows(@Nullable String key) {
          return true;
        }

        @Override
        public boolean allows(@Nullable String key, String tenant) {
          return true;
        }
      };

  /**
   * Whether it may send at all.
   *
   * @param key the sender's public key in Z85; null: it has none
   */
  boolean knows(@Nullable String key);

  /** Whether it may send lines of a tenant. */
  boolean allows(@Nullable String key, String tenant);
}
