//go:build tools

// Package tools pins the programs that scan the repository; each is built by toolchain/go_build.py when it is first used.
package tools

import (
	_ "github.com/rhysd/actionlint/cmd/actionlint"
	_ "github.com/zricethezav/gitleaks/v8"
)
