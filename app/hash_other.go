//go:build !linux

package app

import "os/exec"

// startBehind starts a process; only Linux has places behind others for a single thread.
func startBehind(cmd *exec.Cmd) error { return cmd.Start() }
