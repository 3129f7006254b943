//go:build unix

package mongotest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// mongod runs MongoDB itself, standalone: what the shop needs no more than.
type mongod struct {
	running *exec.Cmd
	ended   chan struct{}
}

func (m *mongod) base() string { return os.TempDir() }

func (m *mongod) start(folder string, port int) (<-chan struct{}, error) {
	data := filepath.Join(folder, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	log, err := logFile(folder)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	m.running = exec.Command("mongod", "--dbpath", data, "--port", fmt.Sprint(port), "--bind_ip", "127.0.0.1", "--nounixsocket")
	m.running.Stdout, m.running.Stderr = log, log
	m.running.SysProcAttr = dieWithParent()
	if err := m.running.Start(); err != nil {
		return nil, err
	}
	m.ended = make(chan struct{})
	go func(running *exec.Cmd, ended chan struct{}) {
		running.Wait()
		close(ended)
	}(m.running, m.ended)
	return m.ended, nil
}

func (m *mongod) signal(_ string, sig syscall.Signal) error {
	if err := m.running.Process.Signal(sig); err != nil {
		return err
	}
	if sig == syscall.SIGKILL {
		<-m.ended
	}
	return nil
}

func (m *mongod) discard(folder string) {
	if m.running != nil {
		m.signal(folder, syscall.SIGKILL)
	}
}
