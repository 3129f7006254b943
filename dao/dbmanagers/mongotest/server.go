package mongotest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// supervised, in the environment, makes a program that links this package the supervisor of a
// server.
const supervised = "PULPERIA_MONGOTEST_SUPERVISED"

// A Server is one that the test may pause and kill.
type Server struct {
	t    testing.TB
	uri  string // with the database
	base string // without

	folder string // where its data are, unless a Docker engine keeps them

	supervisor *exec.Cmd
	requests   io.WriteCloser // closed, it ends the supervisor and all that it runs
	answers    *json.Decoder
	asking     sync.Mutex
}

// answer is what the supervisor says to a request.
type answer struct {
	Error  string // why not; else
	URI    string // where the server is
	Folder string // what the supervisor removes in the end
}

// Start starts a server for this test alone, never the one of MONGODB_URI. It ends with the test,
// and its data with it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := launch()
	if err != nil {
		lack(t, fmt.Errorf("a server of the test's own, not that of MONGODB_URI: %w", err))
	}
	s.t = t
	s.uri = withDatabase(s.base, newName())
	t.Cleanup(s.end)
	return s
}

// URI returns the server's URL, with a database of its own in the path. It stays the same over
// Restart.
func (s *Server) URI() string { return s.uri }

// Pause stops all that serves (SIGSTOP): connections stay, nothing answers.
func (s *Server) Pause() { s.must("pause") }

// Resume lets it go on (SIGCONT).
func (s *Server) Resume() { s.must("resume") }

// Kill ends all that serves at once (SIGKILL), with what it had not yet given to the operating
// system. Its data stay.
func (s *Server) Kill() { s.must("kill") }

// Restart starts it again after Kill, on the same data and the same port, and returns when it
// answers.
func (s *Server) Restart() { s.must("start") }

// must reports a refusal without ending the test: it may be called from any goroutine of it.
func (s *Server) must(request string) {
	s.t.Helper()
	if err := s.ask(request); err != nil {
		s.t.Errorf("%s the MongoDB server: %v", request, err)
	}
}

// launch starts the supervisor of a new server, and that.
func launch() (*Server, error) {
	name, err := find()
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to run it as the supervisor of a MongoDB server: %w", err)
	}
	s := &Server{supervisor: exec.Command(program)}
	s.supervisor.Env = append(os.Environ(), supervised+"="+name)
	s.supervisor.SysProcAttr = ownSession
	if s.requests, err = s.supervisor.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.supervisor.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.answers = json.NewDecoder(out)
	if err := s.supervisor.Start(); err != nil {
		return nil, fmt.Errorf("start the supervisor of a MongoDB server: %w", err)
	}
	if err := s.ask("start"); err != nil {
		s.end()
		return nil, fmt.Errorf("start a MongoDB server (%s): %w", name, err)
	}
	return s, nil
}

// ask has the supervisor do something and waits until it is done.
func (s *Server) ask(request string) error {
	s.asking.Lock()
	defer s.asking.Unlock()
	if _, err := fmt.Fprintln(s.requests, request); err != nil {
		return fmt.Errorf("ask its supervisor: %w", err)
	}
	var a answer
	if err := s.answers.Decode(&a); err != nil {
		return fmt.Errorf("hear from its supervisor: %w", err)
	}
	if a.Error != "" {
		return errors.New(a.Error)
	}
	s.base, s.folder = a.URI, a.Folder
	return nil
}

// end stops the server and returns when nothing is left of it.
func (s *Server) end() {
	s.requests.Close()
	s.supervisor.Wait()
}
