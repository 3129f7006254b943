package main

import (
	"bufio"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

// asCommand, in the environment, makes the test's program the command.
const asCommand = "PULPERIA_WITHMONGODB"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

func withMongoDB(env []string, args ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], args...)
	command.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	return command
}

// elsewhere is a server that is not asked anything.
var elsewhere = []string{"MONGODB_URI=mongodb://db.example/"}

// The exit status is the command's, or says why there is none; a missing server ends it only where
// one is required.
func TestStatus(t *testing.T) {
	nothing := []string{"MONGODB_URI=", "PATH=/nowhere", "XDG_CACHE_HOME=" + t.TempDir()}
	for _, c := range []struct {
		env  []string
		args []string
		want int
	}{
		{elsewhere, []string{"sh", "-c", "exit 7"}, 7},
		{elsewhere, []string{"sh", "-c", `test "$MONGODB_URI" = mongodb://db.example/`}, 0},
		{elsewhere, []string{"sh", "-c", "kill -TERM $$"}, 128 + int(syscall.SIGTERM)},
		{elsewhere, []string{"/no/such/command"}, 127},
		{elsewhere, nil, 2},
		{append(nothing, "REQUIRE_MONGODB="), []string{"/bin/sh", "-c", `test -z "$MONGODB_URI" && exit 5`}, 5},
		{append(nothing, "REQUIRE_MONGODB=1"), []string{"/bin/sh", "-c", "exit 5"}, 1},
	} {
		command := withMongoDB(c.env, c.args...)
		out, _ := command.CombinedOutput()
		if got := command.ProcessState.ExitCode(); got != c.want {
			t.Errorf("%v %q: status %d, want %d\n%s", c.env, c.args, got, c.want, out)
		}
	}
}

// A signal reaches the command, which decides what to make of it.
func TestSignal(t *testing.T) {
	command := withMongoDB(elsewhere, "sh", "-c", `trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done`)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	command.Process.Signal(syscall.SIGTERM)
	command.Wait()
	if got := command.ProcessState.ExitCode(); got != 9 {
		t.Errorf("status %d, want 9 of the command's own", got)
	}
}

// The command finds a server that answers where MONGODB_URI says, and it is gone when the command
// has ended.
func TestServer(t *testing.T) {
	t.Setenv("MONGODB_URI", "")
	_, stop, err := mongotest.Open()
	if err != nil && !mongotest.Required() {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	stop()
	out, err := withMongoDB(nil, "sh", "-c", `echo "$MONGODB_URI"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	uri, err := url.Parse(strings.TrimSpace(string(out)))
	if err != nil || uri.Scheme != "mongodb" {
		t.Fatalf("MONGODB_URI=%q (%v), want one", out, err)
	}
	if conn, err := net.Dial("tcp", uri.Host); err == nil {
		conn.Close()
		t.Error("the server outlived the command")
	}
}
