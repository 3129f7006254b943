package walk

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/faults/harness"
)

// shop is a running program.
type shop struct {
	*harness.Process
	line   *mongotest.Line // to its database; nil for files
	memory map[string]page // what its visitor's browser keeps, by path
	client *http.Client
}

// start starts a shop on a store and waits until it is open. The error says what kept it from
// opening.
func (w *walk) start(store string) (*shop, error) {
	through, line := w.through(store)
	p, err := harness.Start(w.command("--open", "--store", through, "--listen", "127.0.0.1:0", "--requests-per-minute", "0",
		"--messages-per-minute", "0", "--max-connections", "0"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		p.Signal(os.Kill)
		p.Wait()
	})
	within, cancel := context.WithTimeout(context.Background(), 2*w.Patience)
	defer cancel()
	err = p.Open(within)
	if within.Err() != nil {
		w.Fatal(err)
	}
	return &shop{
		Process: p, line: line, memory: map[string]page{},
		client: &http.Client{Timeout: w.Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, err
}

// end sends a signal and waits for the end. Only a shop that is killed may end with an error.
func (w *walk) end(s *shop, signal os.Signal) {
	w.Helper()
	s.client.CloseIdleConnections()
	late := time.AfterFunc(w.Patience, func() { s.Signal(os.Kill) })
	err := s.Stop(signal)
	if !late.Stop() {
		w.Fatalf("on %v the shop did not end\n%s", signal, s.Log.Tail())
	}
	if err != nil && signal != os.Kill {
		w.Fatalf("on %v the shop ended with %v\n%s", signal, err, s.Log.Tail())
	}
}

// command prepares a run of the program that ends with the test.
func (w *walk) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithCancel(context.Background())
	w.Cleanup(cancel)
	return harness.Command(ctx, w.Program, args...)
}

// run runs a command of the program on a store to its end, and returns what it wrote to each
// stream.
func (w *walk) run(store string, args ...string) (out, log string, err error) {
	w.Helper()
	if store != "" {
		through, line := w.through(store)
		if line != nil {
			defer line.Close()
		}
		args = append(args, "--store", through)
	}
	cmd := w.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err = cmd.Start(); err != nil {
		w.Fatal(err)
	}
	timer := time.AfterFunc(2*w.Patience, func() { cmd.Process.Kill() })
	err = cmd.Wait()
	if !timer.Stop() {
		err = errors.New("it did not come to an end")
	}
	return stdout.String(), stderr.String(), err
}

// must is run for what has to go well.
func (w *walk) must(store string, args ...string) string {
	w.Helper()
	out, log, err := w.run(store, args...)
	if err != nil {
		w.Fatalf("pulperia %s: %v\n%s%s", strings.Join(args, " "), err, out, log)
	}
	return out
}
