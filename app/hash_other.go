//go:build !linux

package app

import (
	"os"
	"os/exec"
)

func thisProgram() (string, error) { return os.Executable() }

// startBehind starts a process; only Linux can put a single thread behind others.
func startBehind(cmd *exec.Cmd, _ behind) error { return cmd.Start() }
