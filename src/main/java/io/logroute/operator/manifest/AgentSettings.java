// SPDX-License-Identifier: Apache-2.0
package io.logroute.operator.manifest;

/**
 * What the operator knows and a LogAgent does not say.
 *
 * @param namespace where agents run: the operator's own
 * @param defaultImage for a LogAgent that names none
 */
public record AgentSettings(String namespace, String defaultImage) {}
