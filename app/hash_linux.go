package app

import (
	"os/exec"
	"runtime"
	"syscall"
)

// thisProgram is the very file that runs, also when another one has its place by now: an upgrade.
func thisProgram() (string, error) { return "/proc/self/exe", nil }

// behind is the niceness of a hash. With the least, 19, nobody could sign in to a machine that is
// busy: it would get a hundredth of a processor, and has a tenth.
const behind = 10

// startBehind starts a process with that niceness from its first instruction on, in a group of its
// own, so that what ends the shop from a terminal does not end it. The niceness is that of the
// thread that starts it, which may not lower it again: so that thread ends with this.
func startBehind(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, behind) // Linux: of this thread
		started <- cmd.Start()
	}()
	return <-started
}
