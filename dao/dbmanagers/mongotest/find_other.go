//go:build !unix

package mongotest

import "syscall"

var ownSession *syscall.SysProcAttr

// find finds nothing: a supervisor needs what only Unix has. MONGODB_URI works everywhere.
func find() (string, error) { return "", ErrNone }
