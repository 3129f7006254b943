package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"pulperia/faults/harness"
)

// process is a server that was started for a measurement.
type process struct {
	*harness.Process
	address    string
	readyAfter time.Duration // from the start of the process to the first answer
}

// openShop starts the program open to everybody, as startShop does.
func openShop(ctx context.Context, program, store string, more ...string) (*process, error) {
	return startShop(ctx, program, store, append([]string{"--open"}, more...)...)
}

// startShop starts the program without limits, its log going nowhere, and waits until it is ready.
func startShop(ctx context.Context, program, store string, more ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer nowhere.Close()
	arguments := append([]string{"serve", "--store", store, "--listen", address,
		"--requests-per-minute", "0", "--messages-per-minute", "0", "--frames-per-minute", "0", "--max-connections", "0"}, more...)
	shop := command(ctx, program, arguments...)
	shop.Stderr = nowhere
	return openServer(ctx, shop, address)
}

// openServer starts a prepared server and waits until it is ready at its address.
func openServer(ctx context.Context, server *exec.Cmd, address string) (*process, error) {
	begin := time.Now()
	started, err := harness.Start(server)
	if err != nil {
		return nil, err
	}
	p := &process{Process: started, address: address}
	if err := p.awaitReady(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", server, p.stopAfter(err))
	}
	p.readyAfter = time.Since(begin)
	return p, nil
}

// command is a program that is asked to stop when the context is done.
func command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	c := harness.Command(ctx, program, arguments...)
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
func (p *process) stop() error { return p.Stop(syscall.SIGTERM) }

// stopAfter stops the server after an error, which it returns.
func (p *process) stopAfter(err error) error {
	p.stop() // the error before is the one to tell
	return err
}
