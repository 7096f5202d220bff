// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** What an endpoint promises for a line that was handed to it. */
public enum Delivery {
  AtMostOnce,
  AtLeastOnce
}
