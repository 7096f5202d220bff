// SPDX-License-Identifier: Apache-2.0
package io.logroute.agent.source;

/**
 * There is no usable way to the API server: no kubeconfig, a broken one, or one that wants what the
 * agent does not do. The message is a sentence for the user.
 */
public final class ApiServerConfigException extends Exception {
  ApiServerConfigException(String message) {
    super(message);
  }
}
