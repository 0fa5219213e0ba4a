//go:build tools

// Package tools pins the nodes of the private network that the end-to-end tests put up.
package tools

import (
	_ "tailscale.com/cmd/tailscale/cli"
	_ "tailscale.com/cmd/tailscaled"
)
