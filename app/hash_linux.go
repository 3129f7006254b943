package app

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startBehind starts a process that waits behind all others for a processor, from its first
// instruction on, and that what ends the shop from a terminal does not end. It has its place from the
// thread that starts it, which cannot leave that place again: so it is one that ends with this.
func startBehind(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19) // Linux: of this thread
		started <- cmd.Start()
	}()
	return <-started
}
