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

  public static final int MAX_CHARS = 128;

  /** The rule as a regular expression, for CEL and schemas; both dots-only ids are apart. */
  public static final String PATTERN = "^[A-Za-z0-9._-]{1,128}$";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  private TenantServiceId() {}

  public static boolean isValid(String id) {
    return ID.matcher(id).matches() && !id.equals(".") && !id.equals("..");
  }

  /** What to say about an id that is not valid; {@code field} is its place, as {@code tenantId}. */
  public static String sentence(String field, String id) {
    return field
        + " '"
        + id
        + "' is not an id: use 1 to 128 of A-Z a-z 0-9 . _ - and not . or .. alone";
  }
}
