package app

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// thisProgram is the very file that runs, also when another one has its place by now: an upgrade.
func thisProgram() (string, error) { return "/proc/self/exe", nil }

// niceness of a process that is behind most. With the least, 19, it would get a hundredth of a
// processor.
const niceness = 10

// startBehind starts a process that is behind others from its first instruction on, in a group of its
// own, so that what ends the shop from a terminal does not end it. Its place is that of the thread
// that starts it, which may not take a better one again: so that thread ends with this. Where it may
// not be behind all, as in some containers, it is behind most.
func startBehind(cmd *exec.Cmd, how behind) (err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	onThreadThatEnds(func() {
		idle := &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}
		if how != behindAll || unix.SchedSetAttr(0, idle, 0) != nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness) // Linux: of this thread
		}
		err = cmd.Start()
	})
	return err
}

// onThreadThatEnds waits for do, on a thread that ends with it: not on the first one, which never
// ends, and whose place is what an operator sees of the whole process.
func onThreadThatEnds(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() {
			onThreadThatEnds(do)
			runtime.UnlockOSThread()
			return
		}
		do()
	}()
	<-done
}
