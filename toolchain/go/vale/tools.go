//go:build tools

// Package tools pins the linter of the documents' prose; toolchain/go_build.py builds it when it is first used.
package tools

import (
	_ "github.com/vale-cli/vale/v3/cmd/vale"
)
