//go:build tools

// Package tools pins the linter of the documents' prose; toolchain/go_build.py builds it when it is first used. It is
// the last line of releases that builds without a C compiler: later ones parse source code, which nothing here needs.
package tools

import (
	_ "github.com/errata-ai/vale/v2/cmd/vale"
)
