//go:build unix

package mongotest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// docker runs MongoDB's image in a container that has the name of the server's folder.
type docker struct {
	made bool
}

func (d *docker) base() string { return os.TempDir() }

func (d *docker) start(folder string, port int) (<-chan struct{}, error) {
	name := filepath.Base(folder)
	args := []string{"run", "--detach", "--name", name, "--publish", fmt.Sprintf("127.0.0.1:%d:27017", port), version("IMAGE")}
	if d.made {
		args = []string{"start", name}
	}
	if err := engine(args...); err != nil {
		return nil, err
	}
	d.made = true
	log, err := logFile(folder)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	logs := exec.Command("docker", "logs", "--follow", name) // ends with the container
	logs.Stdout, logs.Stderr = log, log
	logs.SysProcAttr = dieWithParent()
	if err := logs.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		logs.Wait()
		close(ended)
	}()
	return ended, nil
}

func (d *docker) signal(folder string, sig syscall.Signal) error {
	verb := map[syscall.Signal]string{syscall.SIGSTOP: "pause", syscall.SIGCONT: "unpause", syscall.SIGKILL: "kill"}[sig]
	return engine(verb, filepath.Base(folder))
}

func (d *docker) discard(folder string) {
	engine("rm", "--force", "--volumes", filepath.Base(folder))
}

// engine has the Docker engine do something.
func engine(args ...string) error {
	if out, err := exec.Command("docker", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("docker %s: %w: %s", args[0], err, out)
	}
	return nil
}
