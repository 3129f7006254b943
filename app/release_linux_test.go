package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// confine makes a folder all that a program can see, where the test has the right to: elsewhere it
// only starts there.
func confine(cmd *exec.Cmd, folder string) {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: folder}
		cmd.Path, cmd.Dir = "/"+filepath.Base(cmd.Path), "/"
	}
}
