// SPDX-License-Identifier: GPL-3.0-or-later

// The metrics server: how much CPU and memory pods use, as autoscalers ask for it.
package main

import (
	"os"

	"k8s.io/apiserver/pkg/server"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

func main() {
	if app.NewMetricsServerCommand(server.SetupSignalHandler()).Execute() != nil {
		os.Exit(1)
	}
}
