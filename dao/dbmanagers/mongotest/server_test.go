//go:build unix

package mongotest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What was acknowledged before the server was killed is there after its restart, at the same URL.
func TestKillAndRestart(t *testing.T) {
	s := Start(t)
	uri := s.URI()
	a := connect(t, uri).Collection("a")
	Insert(t, a, bson.D{{Key: "_id", Value: "first"}})
	ctx, cancel := context.WithCancel(t.Context())
	acknowledged := make(chan string, 100_000)
	go func() {
		defer close(acknowledged)
		for i := range cap(acknowledged) {
			id := fmt.Sprint(i)
			if _, err := a.InsertOne(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
				return
			}
			acknowledged <- id
		}
	}()
	var before []string
	for range 50 {
		id, ok := <-acknowledged
		if !ok {
			t.Fatalf("the server took only %d writes", len(before))
		}
		before = append(before, id)
	}
	s.Kill() // while it writes
	cancel() // nor does it wait for the next one
	if err := dial(uri); err == nil {
		t.Error("a killed server still takes connections")
	}
	s.Restart()
	if s.URI() != uri {
		t.Errorf("restarted at %s, want %s", s.URI(), uri)
	}
	ids := stored(t, uri)
	for id := range acknowledged {
		before = append(before, id)
	}
	for _, id := range before {
		if !ids[id] {
			t.Errorf("write %s was acknowledged and is gone", id)
		}
	}
}

// A paused server keeps its connections and says nothing; resumed, it goes on.
func TestPauseAndResume(t *testing.T) {
	s := Start(t)
	db := connect(t, s.URI())
	if err := ping(t, db, time.Minute); err != nil {
		t.Fatal(err)
	}
	s.Pause()
	if err := dial(s.URI()); err != nil {
		t.Errorf("a paused server refuses connections: %v", err)
	}
	if err := ping(t, db, 300*time.Millisecond); err == nil {
		t.Error("a paused server answers")
	}
	s.Resume()
	if err := ping(t, db, time.Minute); err != nil {
		t.Errorf("resumed, it does not answer: %v", err)
	}
}

// victim, in the environment, says how TestVictim is to end its process.
const victim = "PULPERIA_MONGOTEST_VICTIM"

// Not a test by itself: the process that TestNothingIsLeft ends.
func TestVictim(t *testing.T) {
	how := os.Getenv(victim)
	if how == "" {
		return
	}
	s := Start(t)
	fmt.Printf("%s %s %d\n", s.URI(), s.folder, s.supervisor.Process.Pid)
	switch how {
	case "paused":
		s.Pause()
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte() // until told
	switch how {
	case "panic":
		panic("as a test may")
	case "exit":
		os.Exit(3)
	}
	select {}
}

// However a test process ends, nothing is left of its server: no process, no folder.
func TestNothingIsLeft(t *testing.T) {
	for _, how := range []string{"killed", "paused", "panic", "exit"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			v := startVictim(t, how)
			ends := lineage(t, v.supervisor)
			if how == "killed" || how == "paused" {
				v.Process.Kill()
			}
			v.tell.Close()
			v.Wait()
			await(t, "its folder "+v.folder+" to go", func() bool {
				_, err := os.Stat(v.folder)
				return os.IsNotExist(err)
			})
			if err := dial(v.uri); err == nil {
				t.Error("the server still takes connections")
			}
			ends()
		})
	}
}

// A supervisor that is itself killed takes its server with it; the next one removes the folder.
func TestSupervisorKilled(t *testing.T) {
	v := startVictim(t, "killed")
	ends := lineage(t, v.supervisor)
	if err := syscall.Kill(v.supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ends()
	if err := dial(v.uri); err == nil {
		t.Error("the server still takes connections")
	}
	other := Start(t)
	if _, err := os.Stat(v.folder); !os.IsNotExist(err) {
		t.Errorf("the folder is still there (%v)", err)
	}
	if err := ping(t, connect(t, other.URI()), time.Minute); err != nil {
		t.Errorf("the next server does not answer: %v", err)
	}
}

// running is a process that runs TestVictim.
type running struct {
	*exec.Cmd
	tell        io.Closer // closed, it goes on to its end
	uri, folder string
	supervisor  int
}

func startVictim(t *testing.T, how string) *running {
	t.Helper()
	if _, err := find(); err != nil {
		lack(t, err)
	}
	v := &running{Cmd: exec.Command(os.Args[0], "-test.run", "^TestVictim$", "-test.v=false")}
	v.Env = append(os.Environ(), victim+"="+how)
	in, err := v.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.tell = in
	out, err := v.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Process.Kill(); v.Wait() })
	var ready string
	if _, err := fmt.Fscan(out, &v.uri, &v.folder, &v.supervisor, &ready); err != nil {
		t.Fatalf("the victim has no server: %v", err)
	}
	return v
}

// dial connects to the URL's address and hangs up.
func dial(uri string) error {
	parsed, err := url.Parse(uri)
	if err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp", strings.TrimSuffix(parsed.Host, "/"), 10*time.Second)
	if err == nil {
		conn.Close()
	}
	return err
}

// await waits for what announces itself to nobody.
func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !there(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
