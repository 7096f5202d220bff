// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** How a ClusterLogRoute stands to the LogRoutes of the same containers. */
public enum Precedence {
  /** In addition to them. */
  Always,
  /** Only for containers that no accepted LogRoute selects. */
  Default
}
