//go:build unix && !linux

package mongotest

import "syscall"

// newFerretDB is never called: the set-up is for Debian.
func newFerretDB() runner { return nil }

// dieWithParent has no equal here.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
