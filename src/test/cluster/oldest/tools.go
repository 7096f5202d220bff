// SPDX-License-Identifier: Apache-2.0
//go:build tools

// Package tools names the programs that kubernetes-binaries.sh builds of the oldest Kubernetes that
// LogRoute promises to run on, so that go.mod and go.sum pin them with all that they need.
package tools

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
)
