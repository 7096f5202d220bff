// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** The names that all kinds share. */
public final class ApiGroup {
  public static final String NAME = "logroute.io";
  public static final String VERSION = "v1alpha1";

  private ApiGroup() {}
}
