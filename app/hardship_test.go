package app

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pulperia/dose"
)

var (
	startRounds = dose.Flag("startrounds", 8, 50, "how often several starts of one store happen at once")
	stopFor     = dose.Flag("stopfor", 500*time.Millisecond, 2*time.Second, "how long a shop is stopped by SIGSTOP; beyond 90s its sockets have to come back")
)

var refusal = regexp.MustCompile(`^pulperia: open store \S+: store unavailable: (process \d+|another process) has it open$`)

// Of several starts of one store at once exactly one opens; each of the others says so in one line.
// A holder that is killed at the same moment keeps nobody out for longer than it lives.
func TestStartsAtOnce(t *testing.T) {
	store, refused := t.TempDir(), 0
	var holder *shop
	for round := range startRounds.Get() {
		var starts []*shop
		if holder != nil && round%2 == 1 {
			go holder.Process.Kill()
		} else if holder != nil {
			holder.stop(t, syscall.SIGKILL)
		}
		for range 3 {
			starts = append(starts, startShop(t, store))
		}
		killed := holder
		holder = nil
		for _, s := range starts {
			if s.url = <-s.opened; s.url != "" {
				if holder != nil {
					t.Fatal("two shops are open on one store")
				}
				holder = s
				continue
			}
			refused++
			if err := <-s.end; err == nil || !refusal.MatchString(strings.TrimSpace(s.log.String())) {
				t.Errorf("refused with %v: %s", err, s.log)
			}
		}
		if holder == nil { // all came while the one that was killed still lived
			if round%2 == 0 {
				t.Fatal("none of the starts opened")
			}
			<-killed.end
			holder = openShop(t, store)
		}
	}
	if err := holder.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	t.Attr("starts", fmt.Sprint(3*startRounds.Get()))
	t.Attr("refused", fmt.Sprint(refused))
}

// loaded lets clients write to a shop while something is done to it, and until so many more writes
// are acknowledged after that. It returns what must be in the store then, and how many requests got
// no answer.
func loaded(t *testing.T, s *shop, after int, do func()) (*model, *sharedCart, int64) {
	t.Helper()
	m, shared := newModel(), &sharedCart{}
	shared.wants(t, s)
	var ended atomic.Bool
	var failed atomic.Int64
	var running sync.WaitGroup
	for i := range 4 {
		c := &client{model: m, shared: shared, name: fmt.Sprint("c", i), random: rand.New(rand.NewPCG(rand.Uint64(), 0))}
		running.Go(func() {
			sends := &sender{t, s, &http.Client{Transport: &http.Transport{}}}
			defer sends.client.CloseIdleConnections()
			for ; !ended.Load(); c.number++ {
				if !c.one(sends) {
					failed.Add(1)
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	m.await(20)
	do()
	m.await(after)
	ended.Store(true)
	running.Wait()
	t.Attr("acknowledged", fmt.Sprint(m.acknowledged))
	t.Attr("unanswered", fmt.Sprint(failed.Load()))
	return m, shared, failed.Load()
}

// A shop is stopped by SIGSTOP while clients write and one listens, and goes on: no line breaks,
// nothing is lost, who listens has everything.
func TestStopped(t *testing.T) {
	store := t.TempDir()
	s := openShop(t, store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	line := dialSocket(t, s.url, "ana@example.com", "", "messages")
	at := line.welcomed().Position
	m, shared, failed := loaded(t, s, 20, func() {
		for _, pause := range []time.Duration{50 * time.Millisecond, 300 * time.Millisecond, stopFor.Get()} {
			time.Sleep(100 * time.Millisecond) // of use
			if err := s.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Error(err)
			}
			time.Sleep(pause)
			if err := s.Process.Signal(syscall.SIGCONT); err != nil {
				t.Error(err)
			}
		}
	})
	if failed > 0 && stopFor.Get() < writeTimeout {
		t.Errorf("%d requests got no answer", failed)
	}
	if stopFor.Get() > time.Minute { // its line has ended by then
		line = dialSocket(t, s.url, "ana@example.com", at, "messages")
		if !line.welcomed().Recovered {
			t.Error("who was cut off cannot go on where he was")
		}
	}
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"_id":"650000000000000000000001","user":"ana@example.com","message":"al final"}`); err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
	m.tries("message 650000000000000000000001", "al final")
	m.is("message 650000000000000000000001", "al final")
	m.wantHeard(t, line.until("the last message", func(f frame) bool { return f.Doc.Message == "al final" }))
	shared.wants(t, s)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	wantModel(t, store, m, shared)
}

// wantHeard fails unless who listened heard each acknowledged message once.
func (m *model) wantHeard(t *testing.T, heard []frame) {
	t.Helper()
	said := map[string]int{}
	for _, f := range heard {
		said[f.Doc.Message]++
	}
	for key, r := range m.values {
		if strings.HasPrefix(key, "message ") && r.known != "" && said[r.known] != 1 {
			t.Errorf("who listens heard %q %d times", r.known, said[r.known])
		}
	}
}

// wantModel fails unless a store holds what it must.
func wantModel(t *testing.T, store string, m *model, shared *sharedCart) {
	t.Helper()
	k := &kills{store: store, model: m, shared: shared}
	k.wantAll(t)
}

// More connect than the shop's table of descriptors has room for: those who are in go on, the store
// folds, nobody else comes in, and when there is room again all is well.
func TestFullDescriptorTable(t *testing.T) {
	t.Setenv(foldVariable, "20000")
	store := t.TempDir()
	cmd := command(t, "--store", store, "--listen", "127.0.0.1:0", "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	cmd.Args = append([]string{"sh", "-c", `ulimit -n 40 && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	s := startCommand(t, cmd).untilOpen(t)
	m, shared, failed := loaded(t, s, 20, func() {
		var idle []net.Conn
		for range 60 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			idle = append(idle, conn)
		}
		if _, err := (&http.Client{Transport: &http.Transport{}, Timeout: time.Second}).Get(s.url + "/healthz"); err == nil {
			t.Error("there was room: the test says little")
		}
		for _, conn := range idle {
			conn.Close()
		}
	})
	if failed > 0 {
		t.Errorf("%d requests of who was in got no answer", failed)
	}
	shared.wants(t, s)
	if status, _, err := s.do(&http.Client{Transport: &http.Transport{}}, "GET", "/readyz", ""); err != nil || status != http.StatusOK {
		t.Errorf("with room again: %d (%v)", status, err)
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Errorf("%v\n%s", err, s.log)
	}
	if strings.Contains(s.log.String(), "could not fold") {
		t.Errorf("the store had too few descriptors:\n%s", s.log)
	}
	wantModel(t, store, m, shared)
}
