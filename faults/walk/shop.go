package walk

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// shop is a running program.
type shop struct {
	cmd    *exec.Cmd
	url    string
	log    tail
	line   *line // to its database; nil for files
	ended  chan error
	memory map[string]page // what its visitor's browser keeps, by path
	client *http.Client
}

// tail is the end of a log, and how many lines it has had. Requests, and what is said again at
// once, are only counted.
type tail struct {
	mu    sync.Mutex
	lines []string
	count int
}

func (l *tail) add(text string) {
	const most = 60
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if strings.Contains(text, "msg=request ") {
		return // there are many, and each is somebody's question
	}
	if n := len(l.lines); n > 0 && undated(l.lines[n-1]) == undated(text) {
		return // once more
	}
	if l.lines = append(l.lines, text); len(l.lines) > most {
		l.lines = l.lines[1:]
	}
}

// undated is a line without its time.
func undated(text string) string {
	_, rest, _ := strings.Cut(text, " ")
	return rest
}

func (l *tail) said() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

var shopURL = regexp.MustCompile(`is open.* url=(\S+)`)

// start starts a shop on a store and waits until it is open. The error says what kept it from
// opening.
func (w *walk) start(store string) (*shop, error) {
	through, line := w.through(store)
	s := &shop{
		cmd: w.command("--store", through, "--listen", "127.0.0.1:0", "--requests-per-minute", "0",
			"--messages-per-minute", "0", "--max-connections", "0"),
		line: line, ended: make(chan error, 1), memory: map[string]page{},
		client: &http.Client{Timeout: w.Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	out, err := s.cmd.StderrPipe()
	if err != nil {
		w.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { s.cmd.Process.Kill() })
	opened := make(chan string, 1)
	go func() {
		defer close(opened)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.log.add(lines.Text())
			if found := shopURL.FindStringSubmatch(lines.Text()); found != nil {
				opened <- found[1]
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	select {
	case s.url = <-opened:
	case <-time.After(2 * w.Patience):
		w.Fatalf("after %s the shop is neither open nor refused:\n%s", 2*w.Patience, &s.log)
	}
	if s.url == "" {
		return nil, fmt.Errorf("the shop did not open: %w\n%s", <-s.ended, &s.log)
	}
	return s, nil
}

// end sends a signal and waits for the end. Only a shop that is killed may end with an error.
func (w *walk) end(s *shop, signal os.Signal) {
	w.Helper()
	s.client.CloseIdleConnections()
	if err := s.cmd.Process.Signal(signal); err != nil {
		w.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil && signal != os.Kill {
			w.Fatalf("on %v the shop ended with %v\n%s", signal, err, &s.log)
		}
	case <-time.After(w.Patience):
		w.Fatalf("on %v the shop did not end\n%s", signal, &s.log)
	}
}

// command prepares a run of the program that ends with the test.
func (w *walk) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithCancel(context.Background())
	w.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, w.Program, args...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "PULPERIA_") && !strings.HasPrefix(setting, "PORT=") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	return cmd
}

// run runs a command of the program on a store to its end, and returns what it wrote to each
// stream.
func (w *walk) run(store string, args ...string) (out, log string, err error) {
	w.Helper()
	if store != "" {
		through, line := w.through(store)
		if line != nil {
			defer line.listener.Close()
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
