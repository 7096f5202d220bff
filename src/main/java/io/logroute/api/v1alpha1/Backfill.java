// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** Where a container that was running before its route selected it is read from. */
public enum Backfill {
  Available,
  None
}
