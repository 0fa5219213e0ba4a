//go:build tools

// Package tools pins the engine that the sandbox builds where no official one is found.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
