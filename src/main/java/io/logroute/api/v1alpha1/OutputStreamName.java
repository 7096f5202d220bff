// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** An output of a container. */
public enum OutputStreamName {
  stdout,
  stderr
}
