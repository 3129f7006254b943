//go:build unix

package app

import (
	"os/exec"
	"syscall"
)

// ofItsOwn puts a process into a group of its own: what ends the shop from a terminal does not end it.
func ofItsOwn(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// standBack has all threads of this process, which has a group of its own, wait behind others.
func standBack() { _ = syscall.Setpriority(syscall.PRIO_PGRP, 0, 19) }
