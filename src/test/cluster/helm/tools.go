// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package tools names the program that helm-binary.sh builds.
package tools

import (
	_ "helm.sh/helm/v3/cmd/helm"
)
