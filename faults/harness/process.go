package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
)

// Process is a program that was started.
type Process struct {
	URL string // of a shop, when Open has returned
	Log Log

	cmd    *exec.Cmd
	opened chan string
	ended  chan struct{}
	err    error
}

// Start starts a prepared command. What it writes to standard error is its log, unless that goes
// elsewhere already.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, opened: make(chan string, 1), ended: make(chan struct{})}
	p.Log.hear = func(line string) {
		if url := URLIn(line); url != "" {
			select {
			case p.opened <- url:
			default: // said once more
			}
		}
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &p.Log
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

var isOpen = regexp.MustCompile(`the shop is open.*?url(?:=|":")([^\s"]+)`)

// URLIn returns the address in the line of a log that says that the shop is open, "" in any other.
func URLIn(line string) string {
	if found := isOpen.FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

// Open waits until a shop is open. The error says what kept it from opening.
func (p *Process) Open(ctx context.Context) error {
	select {
	case p.URL = <-p.opened:
		return nil
	case <-p.ended:
		select {
		case p.URL = <-p.opened: // it was open, and has ended since
			return nil
		default:
			return fmt.Errorf("the shop did not open: %s\n%s", p.cmd.ProcessState, p.Log.Tail())
		}
	case <-ctx.Done():
		return fmt.Errorf("the shop is neither open nor refused: %w\n%s", context.Cause(ctx), p.Log.Tail())
	}
}

// Wait waits for the end and tells how it was. Any number may wait.
func (p *Process) Wait() error {
	<-p.ended
	return p.err
}

// Ended is closed at the end.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Pid is its number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Signal sends a signal.
func (p *Process) Signal(signal os.Signal) error { return p.cmd.Process.Signal(signal) }

// Stop sends a signal and waits for the end.
func (p *Process) Stop(signal os.Signal) error {
	if err := p.Signal(signal); err != nil {
		return err
	}
	return p.Wait()
}

// Kill kills a process, and is an error when it has ended by itself.
func (p *Process) Kill() error {
	err := p.Signal(os.Kill)
	p.Wait()
	if errors.Is(err, os.ErrProcessDone) || runtime.GOOS != "windows" && p.cmd.ProcessState.Exited() { // there all do
		return fmt.Errorf("the process ended by itself: %s\n%s", p.cmd.ProcessState, p.Log.Tail())
	}
	return nil
}
