// SPDX-License-Identifier: Apache-2.0
package io.logroute.api.v1alpha1;

/** The kind of ZeroMQ socket that an agent connects. */
public enum SocketType {
  PUB,
  PUSH
}
