package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// recording is an answer of the shop, for the bare handler to give.
type recording struct {
	Header http.Header
	Body   []byte
}

// recordings are answers by what was asked: path and query.
type recordings map[string]recording

// record asks a server for each target.
func record(ctx context.Context, address string, targets []string) (recordings, error) {
	all := recordings{}
	for _, target := range targets {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+target, nil)
		if err != nil {
			return nil, err
		}
		ask.Header = http.Header{"Accept-Language": {"es"}, "Accept-Encoding": {"identity"}}
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return nil, err
		}
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("GET %s: %s", target, answer.Status)
		}
		answer.Header.Del("Date") // the server's own
		all[target] = recording{answer.Header, body}
	}
	return all, nil
}

// ServeHTTP is the bare handler: it looks up what was asked, and writes the same header fields and the same bytes.
func (all recordings) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, found := all[r.RequestURI]
	if !found {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	for name, values := range one.Header {
		header[name] = values
	}
	w.Write(one.Body)
}

// bareFlag makes this program the bare server; what follows it is the file of its recordings.
const bareFlag = "-bare"

// openBare starts the bare handler in a process of its own, as the shop is one.
func openBare(ctx context.Context, dir string, all recordings) (*process, error) {
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "recordings.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, err
	}
	return openSelf(ctx, bareFlag, path)
}

// openSelf starts this program as another server, which says its address when it listens.
func openSelf(ctx context.Context, arguments ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{Cmd: command(ctx, self, arguments...)}
	out, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("bare server: %w", p.stopAfter(err))
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// serveBare is the process that openBare starts. It says its address on out.
func serveBare(ctx context.Context, path string, out io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var all recordings
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: all}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintln(out, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
