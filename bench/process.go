package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that was started for a measurement.
type process struct {
	*exec.Cmd
	address    string
	readyAfter time.Duration // from the start of the process to the first answer
}

// build compiles the program as it is shipped.
func build(ctx context.Context, to string) error {
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=auto", "-o", to, ".")
	command.Dir = ".." // where its own go.mod counts
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// openShop starts the program without limits, its log going nowhere, and waits until it is ready.
func openShop(ctx context.Context, program, store string, more ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"serve", "--store", store, "--listen", address,
		"--requests-per-minute", "0", "--messages-per-minute", "0", "--frames-per-minute", "0", "--max-connections", "0"}, more...)
	p := &process{Cmd: command(ctx, program, arguments...), address: address}
	begin := time.Now()
	if err := p.Start(); err != nil {
		return nil, err
	}
	if err := p.awaitReady(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", p, p.stopAfter(err))
	}
	p.readyAfter = time.Since(begin)
	return p, nil
}

// command is a program that is asked to stop when the context is done.
func command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, arguments...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 10 * time.Second
	return c
}

// freeAddress returns an address that nobody listened on just now. The program would choose a port
// by itself, but it tells it only in its log.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// awaitReady asks until /readyz answers 200. The program listens before it opens the store, so
// mostly it is one question that waits for its answer.
func (p *process) awaitReady(ctx context.Context) error {
	const most = 5 * time.Minute // a million products on a busy machine
	ask := request("GET", "/readyz", "")
	var err error
	for begin := time.Now(); time.Since(begin) < most && ctx.Err() == nil; time.Sleep(time.Millisecond) {
		var c *client
		if c, err = dial(p.address); err != nil {
			continue
		}
		c.conn.SetDeadline(begin.Add(most))
		_, err = c.do(ask)
		c.close()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("it did not get ready within %s: %w", most, err)
}

// stop ends the server as an operator does, and waits for its end.
func (p *process) stop() error {
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait()
}

// stopAfter stops the server after an error, which it returns.
func (p *process) stopAfter(err error) error {
	p.stop() // the error before is the one to tell
	return err
}

// resident returns how much memory a process has, in bytes: VmRSS of proc(5).
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			kibibytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kibibytes << 10, err
		}
	}
	return 0, fmt.Errorf("process %d: no VmRSS in its status", pid)
}

// cpuTime returns how long a process has run on all cores: utime and stime of proc(5), to a
// hundredth of a second.
func cpuTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // the name before may hold spaces
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100), nil
}
