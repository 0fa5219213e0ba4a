//go:build tools

// Package tools pins the control server of the private network that the end-to-end tests put up.
//
// After a change: GONOSUMDB=github.com/tailscale/tailsql go mod tidy. The checksum database does not hold that module,
// so its sum is the one that was first seen; every other sum was checked.
package tools

import _ "github.com/juanfont/headscale/cmd/headscale"
