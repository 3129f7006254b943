//go:build unix

package mongotest

import (
	"errors"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		os.Exit(m.Run()) // without Main: whatever it leaves is for the supervisor
	}
	os.Exit(Main(m))
}

// Each test has a database of its own on the server that they share, and it goes with the test.
func TestURI(t *testing.T) {
	var uris []string
	for _, name := range []string{"one", "other"} {
		t.Run(name, func(t *testing.T) {
			uri := URI(t)
			uris = append(uris, uri)
			insert(t, uri, name)
			if got := stored(t, uri); len(got) != 1 || !got[name] {
				t.Errorf("stored %v, want only %s", got, name)
			}
		})
	}
	if len(uris) != 2 || uris[0] == uris[1] {
		t.Fatalf("URLs %q, want two that differ", uris)
	}
	for _, uri := range uris {
		if hasDatabase(t, uri) {
			t.Errorf("the database of %s outlived its test", uri)
		}
	}
}

// The test's database takes the place of the one that the URL names; logging in goes on where it
// was.
func TestWithDatabase(t *testing.T) {
	for _, c := range []struct{ uri, want string }{
		{"mongodb://127.0.0.1:27017", "mongodb://127.0.0.1:27017/tx"},
		{"mongodb://127.0.0.1:27017/", "mongodb://127.0.0.1:27017/tx"},
		{"mongodb://a:1,b:2/shop?replicaSet=r", "mongodb://a:1,b:2/tx?replicaSet=r"},
		{"mongodb://a:1?tls=true", "mongodb://a:1/tx?tls=true"},
		{"mongodb://u:p%2F@a:1/", "mongodb://u:p%2F@a:1/tx?authSource=admin"},
		{"mongodb://u:p@a:1/shop", "mongodb://u:p@a:1/tx?authSource=shop"},
		{"mongodb+srv://u:p@c.example.net/?w=1", "mongodb+srv://u:p@c.example.net/tx?w=1&authSource=admin"},
		{"mongodb://u:p@a:1/shop?authsource=x", "mongodb://u:p@a:1/tx?authsource=x"},
	} {
		if got := withDatabase(c.uri, "tx"); got != c.want {
			t.Errorf("withDatabase(%q) = %q, want %q", c.uri, got, c.want)
		}
	}
}

// ended notes how a test was ended.
type ended struct {
	testing.TB
	how string
}

func (e *ended) Helper()      {}
func (e *ended) Skip(...any)  { e.end("skipped") }
func (e *ended) Fatal(...any) { e.end("failed") }

func (e *ended) end(how string) {
	if e.how == "" { // the real ones do not return
		e.how = how
	}
}

// A missing server skips the test, unless it is required; one that does not start is a failure
// everywhere.
func TestLack(t *testing.T) {
	broken := errors.New("it has ended")
	for _, c := range []struct {
		err            error
		required, want string
	}{{ErrNone, "", "skipped"}, {ErrNone, "0", "skipped"}, {ErrNone, "1", "failed"}, {broken, "", "failed"}, {broken, "1", "failed"}} {
		t.Setenv("REQUIRE_MONGODB", c.required)
		e := &ended{TB: t}
		lack(e, c.err)
		if e.how != c.want {
			t.Errorf("%v, REQUIRE_MONGODB=%q: %s, want %s", c.err, c.required, e.how, c.want)
		}
	}
}

// MONGODB_URI comes first, then mongod; a machine that has nothing says so.
func TestOrder(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("MONGODB_URI", "")
	if _, _, err := Open(); !errors.Is(err, ErrNone) {
		t.Errorf("with nothing: %v, want ErrNone", err)
	}
	for _, name := range []string{"docker", "mongod"} { // the second goes before the first
		if err := os.WriteFile(bin+"/"+name, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if got, err := find(); got != name || err != nil {
			t.Errorf("find() = %q, %v, want %s", got, err, name)
		}
	}
	t.Setenv("MONGODB_URI", "mongodb://db.example/")
	if got, _, err := Open(); got != "mongodb://db.example/" || err != nil {
		t.Errorf("Open() = %q, %v, want what MONGODB_URI says", got, err)
	}
}
