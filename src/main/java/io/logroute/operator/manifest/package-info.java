// SPDX-License-Identifier: Apache-2.0
/**
 * Pure functions: a LogAgent becomes a DaemonSet. The account that agents run as, its rights and
 * the admission policy that holds each agent to its own node are not made here: they are the same
 * for every LogAgent and come with the installation ({@code manifests/base/agent-access.yaml}), so
 * that the operator needs no right to hand out rights.
 */
@NullMarked
package io.logroute.operator.manifest;

import org.jspecify.annotations.NullMarked;
