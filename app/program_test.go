package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pulperia/dao/dbmanagers/mongotest"
)

// otherVariable names another build of the program to try instead: a new test of a rule must fail
// on one that breaks it.
const otherVariable = "SHOP_TEST_PROGRAM"

// program is the real program, built once.
var program = sync.OnceValues(func() (string, error) {
	if other := os.Getenv(otherVariable); other != "" {
		return other, nil
	}
	dir, err := os.MkdirTemp("", "pulperia")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "pulperia")
	if out, err := exec.Command("go", "build", "-o", path, "pulperia").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// foldVariable makes the program under test this very binary, which folds each time when its
// journal has grown by so many bytes: kills then meet folds, too.
const foldVariable = "SHOP_TEST_FOLD"

// isProgram says whether this binary is to be the program.
func isProgram() bool { return os.Getenv(foldVariable) != "" || os.Getenv(lieVariable) != "" }

func TestMain(m *testing.M) {
	if isProgram() {
		fold, _ := strconv.ParseInt(os.Getenv(foldVariable), 10, 64)
		os.Exit(mainWith(UntilStopped(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, hooks{fold: fold, wrap: liars[os.Getenv(lieVariable)], brief: true}))
	}
	code := mongotest.Main(m)
	if path, err := program(); err == nil && os.Getenv(otherVariable) == "" {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// programTime is how long a program may run before it is taken to hang: the long forms of tests ask
// for more.
func programTime() time.Duration {
	return 10*time.Minute + soakTime.Get() + time.Duration(handshakes.Get()+stormClients.Get())*10*time.Millisecond
}

// command prepares a run of the program that ends with the test.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	find := program
	if isProgram() {
		find = os.Executable
	}
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), programTime()+stopFor.Get())
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, args...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "PULPERIA_") && !strings.HasPrefix(setting, "PORT=") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	return cmd
}

// shop is a running program.
type shop struct {
	*exec.Cmd
	url    string
	log    *logText
	opened chan string // its address, when it is open
	end    chan error
}

var shopURL = regexp.MustCompile(`url(?:=|":")([^\s"]+)`)

// openShop starts a shop on a free port and waits until it is open.
func openShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return startShop(t, store, args...).untilOpen(t)
}

// startShop starts a shop on a free port.
func startShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return startCommand(t, command(t, append([]string{"--store", store, "--listen", "127.0.0.1:0"}, args...)...))
}

// startCommand starts a prepared shop.
func startCommand(t *testing.T, cmd *exec.Cmd) *shop {
	t.Helper()
	s := &shop{
		Cmd: cmd,
		log: new(logText), opened: make(chan string, 1), end: make(chan error, 1),
	}
	out, err := s.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.log.add(lines.Text())
			if found := shopURL.FindStringSubmatch(lines.Text()); found != nil && strings.Contains(lines.Text(), "is open") {
				s.opened <- found[1]
			}
		}
		close(s.opened)
		s.end <- s.Wait()
	}()
	return s
}

// untilOpen waits until it is open.
func (s *shop) untilOpen(t *testing.T) *shop {
	t.Helper()
	s.url = <-s.opened
	if s.url == "" {
		t.Fatalf("the shop did not open: %v\n%s", <-s.end, s.log)
	}
	return s
}

// stop sends a signal and returns how the program ended.
func (s *shop) stop(t *testing.T, signal os.Signal) error {
	t.Helper()
	if err := s.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return <-s.end
}

// do sends a request and returns status and payload.
func (s *shop) do(client *http.Client, method, path, body string) (int, json.RawMessage, error) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	var answer struct{ Payload json.RawMessage }
	err = json.NewDecoder(response.Body).Decode(&answer)
	return response.StatusCode, answer.Payload, err
}

func (s *shop) get(t *testing.T, path string, payload any) {
	t.Helper()
	status, text, err := s.do(http.DefaultClient, "GET", path, "")
	if err != nil || status != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, status, err)
	}
	if err := json.Unmarshal(text, payload); err != nil {
		t.Fatal(err)
	}
}

// execute runs a command of the program to its end.
func execute(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := command(t, args...)
	text, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}
