// SPDX-License-Identifier: GPL-3.0-or-later

// etcd as its own release builds it.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
