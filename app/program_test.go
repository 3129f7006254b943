package app

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/faults/harness"
)

// program is the real program.
var program harness.Shared

// foldVariable makes the program under test this very binary, which folds each time when its
// journal has grown by so many bytes: kills then meet folds, too.
const foldVariable = "SHOP_TEST_FOLD"

func TestMain(m *testing.M) {
	if os.Getenv(foldVariable) != "" || os.Getenv(lieVariable) != "" {
		fold, _ := strconv.ParseInt(os.Getenv(foldVariable), 10, 64)
		os.Exit(mainWith(UntilStopped(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, hooks{fold: fold, wrap: liars[os.Getenv(lieVariable)], brief: true}))
	}
	if len(os.Args) > 1 && os.Args[1] == "hash" { // a shop in this very process has its passwords hashed apart, too
		os.Exit(Main(UntilStopped(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	code := mongotest.Main(m)
	program.Remove()
	os.Exit(code)
}

// variant is the program as a test wants it: the real one, or this very binary with a setting that
// only this one knows.
type variant struct{ setting string }

// programTime is how long a program may run before it is taken to hang: the long forms of tests ask
// for more.
func programTime() time.Duration {
	return 10*time.Minute + soakTime.Get() + stopFor.Get() + time.Duration(handshakes.Get()+stormClients.Get())*10*time.Millisecond
}

// command prepares a run of the program that ends with the test.
func (v variant) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	find := program.Path
	if v.setting != "" {
		find = os.Executable
	}
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), programTime())
	t.Cleanup(cancel)
	cmd := harness.Command(ctx, path, args...)
	if v.setting != "" {
		cmd.Env = append(cmd.Env, v.setting)
	}
	return cmd
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return variant{}.command(t, args...)
}

// shop is a running program.
type shop struct {
	*harness.Process
	ownerFile string // where it puts the first owner's link
}

// openShop starts a shop on a free port, in which everybody has the rights of the course, and waits
// until it is open.
func openShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return startShop(t, store, args...).untilOpen(t)
}

// closedShop is openShop without --open.
func closedShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return startClosed(t, store, args...).untilOpen(t)
}

// startShop starts a shop on a free port.
func startShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return variant{}.startShop(t, store, args...)
}

func (v variant) startShop(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	return startCommand(t, v.command(t, append([]string{"--open", "--store", store, "--listen", "127.0.0.1:0"}, args...)...))
}

// startClosed is startShop without --open. On a database it has a working folder of its own.
func startClosed(t *testing.T, store string, args ...string) *shop {
	t.Helper()
	cmd := command(t, append([]string{"--store", store, "--listen", "127.0.0.1:0"}, args...)...)
	folder := store
	if dbmanagers.IsURL(store) {
		cmd.Dir = t.TempDir()
		folder = cmd.Dir
	}
	s := startCommand(t, cmd)
	s.ownerFile = filepath.Join(folder, "owner-link.txt")
	return s
}

// startCommand starts a prepared shop.
func startCommand(t *testing.T, cmd *exec.Cmd) *shop {
	t.Helper()
	p, err := harness.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Signal(os.Kill)
		p.Wait() // nobody may write to its folder any more
	})
	return &shop{Process: p}
}

// untilOpen waits until it is open.
func (s *shop) untilOpen(t *testing.T) *shop {
	t.Helper()
	if err := s.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

// stop sends a signal and returns how the program ended.
func (s *shop) stop(t *testing.T, signal os.Signal) error {
	t.Helper()
	if err := s.Signal(signal); err != nil {
		t.Fatalf("%v\n%s", err, s.Log.Tail())
	}
	return s.Wait()
}

// do sends a request and returns status and text of the answer.
func (s *shop) do(client *http.Client, method, path, body string) (int, string, error) {
	answer, err := harness.Send(client, method, s.URL+path, body)
	return answer.StatusCode, answer.Text, err
}

// get reads what the API holds.
func (s *shop) get(t *testing.T, path string, payload any) {
	t.Helper()
	answer, err := harness.Send(http.DefaultClient, "GET", s.URL+path, "")
	if err == nil {
		err = answer.Payload(payload)
	}
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

// execute runs a command of the program to its end.
func execute(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	return variant{}.execute(t, args...)
}

func (v variant) execute(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := v.command(t, args...)
	text, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}
