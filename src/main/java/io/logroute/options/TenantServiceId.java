// SPDX-License-Identifier: Apache-2.0
package io.logroute.options;

import java.util.regex.Pattern;

/**
 * The rule for tenant and service ids: 1 to 128 of {@code A-Z a-z 0-9 . _ -}, not {@code .} or
 * {@code ..}. An id becomes a frame, a file name and a topic, so nothing else is let through.
 */
public final class TenantServiceId {

  /** What a line carries when nothing else says. */
  public static final String DEFAULT = "default";

  /** What to say about a text that is none. */
  public static final String SENTENCE =
      "an id is 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor ..";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  private TenantServiceId() {}

  public static boolean isValid(String id) {
    return ID.matcher(id).matches() && !id.equals(".") && !id.equals("..");
  }
}
