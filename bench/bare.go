package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"pulperia/faults/harness"
)

// recording is an answer of the shop, for the bare handler to give.
type recording struct {
	Header  http.Header
	Body    []byte
	Durable int // how many bytes are appended and synced before it is given
}

// recordings are answers by what was asked: path and query.
type recordings map[string]recording

// record asks a server for each target.
func record(ctx context.Context, address string, targets []string) (recordings, error) {
	all := recordings{}
	for _, target := range targets {
		answer, err := harness.Send(http.DefaultClient, "GET", "http://"+address+target, "", "Accept-Language", "es", "Accept-Encoding", "identity")
		if err != nil {
			return nil, err
		}
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("GET %s: %s", target, answer.Status)
		}
		answer.Header.Del("Date") // the server's own
		all[target] = recording{Header: answer.Header, Body: []byte(answer.Text)}
	}
	return all, nil
}

// post sends a JSON body, and returns the answer with what was in it.
func post(address, target, body string) (harness.Answer, error) {
	return send("POST", address, target, body)
}

func send(method, address, target, body string) (harness.Answer, error) {
	answer, err := harness.Send(http.DefaultClient, method, "http://"+address+target, body, "Accept-Encoding", "identity")
	if err == nil {
		err = answer.Payload(nil)
	}
	if err != nil {
		err = fmt.Errorf("%s %s: %w", method, target, err)
	}
	return answer, err
}

// bareSite is the recordings, and a file for what must be durable.
type bareSite struct {
	recordings
	log *groupCommit
}

// ServeHTTP is the bare handler: it looks up what was asked, and writes the same header fields and
// the same bytes.
func (s bareSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, found := s.recordings[r.RequestURI]
	if !found {
		http.NotFound(w, r)
		return
	}
	if one.Durable > 0 {
		if err := s.log.append(make([]byte, one.Durable)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
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
	server, said := command(ctx, self, arguments...), make(chan string, 1)
	server.Stdout = &harness.Lines{Hear: func(line string) { said <- line }}
	started, err := harness.Start(server)
	if err != nil {
		return nil, err
	}
	p := &process{Process: started}
	select {
	case p.address = <-said:
		return p, nil
	case <-p.Ended():
		return nil, fmt.Errorf("the server that this program is ended with %v: %s", p.Wait(), p.Log.Tail())
	}
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
	file, err := os.Create(path + ".log")
	if err != nil {
		return err
	}
	site := bareSite{all, newGroupCommit(file)}
	defer site.log.close()
	server := &http.Server{Handler: site}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintln(out, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
