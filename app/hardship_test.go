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
	"pulperia/faults/harness"
)

var (
	startRounds = dose.Flag("startrounds", 8, 30, "how often several starts of one store happen at once")
	stopFor     = dose.Flag("stopfor", 500*time.Millisecond, 2*time.Second, "how long a shop is stopped by SIGSTOP; beyond 90s its sockets have to come back")
)

var refusal = regexp.MustCompile(`^pulperia: open store \S+: store unavailable: (process \d+|another process) has it open$`)

// Of several starts of one store at once exactly one opens; each of the others says so in one line.
// A holder that is killed at the same moment keeps nobody out for longer than it lives.
func TestStartsAtOnce(t *testing.T) {
	t.Parallel()
	store, refused := t.TempDir(), 0
	var holder *shop
	for round := range startRounds.Get() {
		var starts []*shop
		if holder != nil && round%2 == 1 {
			go holder.Signal(os.Kill)
		} else if holder != nil {
			holder.stop(t, syscall.SIGKILL)
		}
		for range 3 {
			starts = append(starts, startShop(t, store))
		}
		killed := holder
		holder = nil
		for _, s := range starts {
			if s.Open(t.Context()) == nil {
				if holder != nil {
					t.Fatal("two shops are open on one store")
				}
				holder = s
				continue
			}
			refused++
			if err := s.Wait(); err == nil || !refusal.MatchString(strings.TrimSpace(s.Log.String())) {
				t.Errorf("refused with %v: %s", err, &s.Log)
			}
		}
		if holder == nil { // all came while the one that was killed still lived
			if round%2 == 0 {
				t.Fatal("none of the starts opened")
			}
			killed.Wait()
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
func loaded(t *testing.T, s *shop, after int, do func()) (*harness.Book, sharedCart, int64) {
	t.Helper()
	book := harness.NewBook()
	shared := newSharedCart(t, s, book)
	var ended atomic.Bool
	var failed atomic.Int64
	var running sync.WaitGroup
	for i := range 4 {
		c := &client{Book: book, shared: shared, name: fmt.Sprint("c", i), random: rand.New(rand.NewPCG(rand.Uint64(), 0))}
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
	await(book, 20)
	do()
	await(book, after)
	ended.Store(true)
	running.Wait()
	acknowledged, _ := book.Counts()
	t.Attr("acknowledged", fmt.Sprint(acknowledged))
	t.Attr("unanswered", fmt.Sprint(failed.Load()))
	return book, shared, failed.Load()
}

// await waits until so many more writes are acknowledged, or for so long that something else will
// tell what is wrong.
func await(book *harness.Book, more int) {
	before, _ := book.Counts()
	for end, now := time.Now().Add(patience), before; now < before+more && time.Now().Before(end); now, _ = book.Counts() {
		time.Sleep(5 * time.Millisecond)
	}
}

// A shop is stopped by SIGSTOP while clients write and one listens, and goes on: no line breaks,
// nothing is lost, who listens has everything.
func TestStopped(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	s := openShop(t, store, "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	line := dialSocket(t, s.URL, "ana@example.com", "", "messages")
	at := line.welcomed().Position
	book, shared, failed := loaded(t, s, 20, func() {
		for _, pause := range []time.Duration{50 * time.Millisecond, 300 * time.Millisecond, stopFor.Get()} {
			time.Sleep(100 * time.Millisecond) // of use
			if err := s.Signal(syscall.SIGSTOP); err != nil {
				t.Error(err)
			}
			time.Sleep(pause)
			if err := s.Signal(syscall.SIGCONT); err != nil {
				t.Error(err)
			}
		}
	})
	if failed > 0 && stopFor.Get() < writeTimeout {
		t.Errorf("%d requests got no answer", failed)
	}
	if stopFor.Get() > time.Minute { // its line has ended by then
		line = dialSocket(t, s.URL, "ana@example.com", at, "messages")
		if !line.welcomed().Recovered {
			t.Error("who was cut off cannot go on where he was")
		}
	}
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"_id":"650000000000000000000001","user":"ana@example.com","message":"al final"}`); err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
	book.Tries("message 650000000000000000000001", "al final")
	book.Did("message 650000000000000000000001", "al final")
	wantHeard(t, book, line.until("the last message", func(f frame) bool { return f.Doc.Message == "al final" }))
	wantShared(t, s, book, shared)
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	wantBook(t, store, book)
}

// wantHeard fails unless who listened heard each acknowledged message once.
func wantHeard(t *testing.T, book *harness.Book, heard []frame) {
	t.Helper()
	said := map[string]int{}
	for _, f := range heard {
		said[f.Doc.Message]++
	}
	for _, text := range book.Known("message ") {
		if said[text] != 1 {
			t.Errorf("who listens heard %q %d times", text, said[text])
		}
	}
}

// wantBook fails unless a store holds what it must.
func wantBook(t *testing.T, store string, book *harness.Book) {
	t.Helper()
	k := &kills{store: store, book: book}
	k.wantAll(t)
}

// More connect than the shop's table of descriptors has room for: those who are in go on, the store
// folds, nobody else comes in, and when there is room again all is well.
func TestFullDescriptorTable(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	cmd := folding.command(t, "--open", "--store", store, "--listen", "127.0.0.1:0", "--demo", "--requests-per-minute", "0", "--messages-per-minute", "0")
	cmd.Args = append([]string{"sh", "-c", `ulimit -n 40 && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	s := startCommand(t, cmd).untilOpen(t)
	book, shared, failed := loaded(t, s, 20, func() {
		var idle []net.Conn
		for range 60 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			idle = append(idle, conn)
		}
		if _, err := (&http.Client{Transport: &http.Transport{}, Timeout: time.Second}).Get(s.URL + "/healthz"); err == nil {
			t.Error("there was room: the test says little")
		}
		for _, conn := range idle {
			conn.Close()
		}
	})
	if failed > 0 {
		t.Errorf("%d requests of who was in got no answer", failed)
	}
	wantShared(t, s, book, shared)
	if status, _, err := s.do(&http.Client{Transport: &http.Transport{}}, "GET", "/readyz", ""); err != nil || status != http.StatusOK {
		t.Errorf("with room again: %d (%v)", status, err)
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Errorf("%v\n%s", err, &s.Log)
	}
	if strings.Contains(s.Log.String(), "journal compaction failed") {
		t.Errorf("the store had too few descriptors:\n%s", &s.Log)
	}
	wantBook(t, store, book)
}
