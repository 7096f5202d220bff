// SPDX-License-Identifier: Apache-2.0

// Command dns is CoreDNS with the two plugins that a cluster's names need. The whole of CoreDNS has the
// clients of several clouds and takes five times as long to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
)

func main() {
	dnsserver.Directives = []string{"errors", "kubernetes"}
	coremain.Run()
}
