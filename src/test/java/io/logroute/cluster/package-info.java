// SPDX-License-Identifier: Apache-2.0
/**
 * A real Kubernetes control plane and a foreign ZeroMQ peer for the integration tests: etcd and
 * kube-apiserver as plain processes, built by {@code src/test/cluster}, one for all test classes of
 * the JVM. There is no controller manager, so namespaces never finish deleting and nothing is
 * garbage-collected: each test makes a namespace of its own.
 */
@NullMarked
package io.logroute.cluster;

import org.jspecify.annotations.NullMarked;
