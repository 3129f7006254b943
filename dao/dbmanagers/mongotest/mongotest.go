// Package mongotest gives tests a real server that speaks MongoDB's protocol.
//
// Where it comes from, the first that is there: the one that MONGODB_URI names; mongod on PATH; a
// Docker engine, with MongoDB's image; FerretDB on DocumentDB from the cache folder, where
// scripts/setup-mongodb puts it as root on Debian. Without any the test is skipped with a line that
// says how to get one, or fails when REQUIRE_MONGODB=1.
//
// What a test process starts is run by a supervisor: the same program once more, in a session of
// its own, at the other end of a pipe. However the test process ends, the pipe ends with it, and
// the supervisor ends the server and removes its folder. The command withmongodb runs another
// command with one server for all the test processes in it.
package mongotest

import (
	"errors"
	"os"
	"sync"
	"testing"
)

// ErrNone is what Open answers where there is no way to a server; it says how to get one.
var ErrNone = errors.New("no MongoDB server for the tests: set MONGODB_URI, install MongoDB (mongod), start Docker, " +
	"or, as root on Debian, run scripts/setup-mongodb")

// shared is the server of this process that its tests share, opened by the first that asks.
var shared struct {
	sync.Mutex
	opened bool
	uri    string
	stop   func()
	err    error
}

// URI returns the URL of the server that this process shares, with a database in its path that is
// the test's own and is dropped when the test ends.
func URI(t testing.TB) string {
	t.Helper()
	uri := withDatabase(base(t), newName())
	t.Cleanup(func() {
		if err := drop(uri); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return uri
}

// base returns the URL of the server that this process shares.
func base(t testing.TB) string {
	t.Helper()
	shared.Lock()
	if !shared.opened {
		shared.opened = true
		shared.uri, shared.stop, shared.err = Open()
	}
	uri, err := shared.uri, shared.err
	shared.Unlock()
	if err != nil {
		lack(t, err)
	}
	return uri
}

// Main runs a package's tests and then stops the server that URI started, if it did:
// os.Exit(mongotest.Main(m)). It returns the exit status. Without it the server ends shortly after
// the process.
func Main(m *testing.M) int {
	status := m.Run()
	dropSpare()
	shared.Lock()
	defer shared.Unlock()
	if shared.stop != nil {
		shared.stop()
	}
	return status
}

// Open returns the URL, without a database, of the server that MONGODB_URI names or else of a new
// one, and what stops that. ErrNone: there is no way to have one.
func Open() (uri string, stop func(), err error) {
	if uri := os.Getenv("MONGODB_URI"); uri != "" {
		return uri, func() {}, nil
	}
	s, err := launch()
	if err != nil {
		return "", nil, err
	}
	return s.base, s.end, nil
}

// Required says whether a missing server is a failure.
func Required() bool {
	return os.Getenv("REQUIRE_MONGODB") == "1"
}

// lack ends a test that has no server. One that does not start is a failure wherever it is.
func lack(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, ErrNone) && !Required() {
		t.Skip(err)
	}
	t.Fatal(err)
}
