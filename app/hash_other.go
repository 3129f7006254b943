//go:build !linux

package app

import (
	"os"
	"os/exec"
)

func thisProgram() (string, error) { return os.Executable() }

// startBehind starts a process; only Linux has a niceness for a single thread.
func startBehind(cmd *exec.Cmd) error { return cmd.Start() }
