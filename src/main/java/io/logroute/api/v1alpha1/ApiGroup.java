// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** The names that all kinds share. */
public final class ApiGroup {
  public static final String NAME = "logroute.io";
  public static final String VERSION = "v1alpha1";

  /**
   * All kinds at once, {@code kubectl get logrouting}. Not {@code logroute}: kubectl prefers a
   * category to a kind of the same name, and {@code kubectl get logroute NAME} would fail.
   */
  public static final String CATEGORY = "logrouting";

  private ApiGroup() {}
}
