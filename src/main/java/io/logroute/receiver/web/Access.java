// SPDX-License-Identifier: Apache-2.0
package io.logroute.receiver.web;

import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who may see which tenants. Asked by any thread. */
public interface Access {

  /**
   * The tenants that the bearer of a token may see; empty when the token is not known.
   *
   * @param token null: none was given
   */
  Optional<Predicate<String>> tenants(@Nullable String token);

  /** Whether anyone who reaches the address may see everything. */
  boolean isOpen();

  /** Everyone sees everything. */
  static Access open() {
    return new Access() {
      @Override
      public Optional<Predicate<String>> tenants(@Nullable String token) {
        return Optional.of(tenant -> true);
      }

      @Override
      public boolean isOpen() {
        return true;
      }
    };
  }
}
