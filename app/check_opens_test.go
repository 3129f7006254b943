package app

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pulperia/dose"
)

// spoils are what becomes of one file of a store.
var spoils = map[string]func(t *testing.T, path string) error{
	"removed":  func(_ *testing.T, path string) error { return os.Remove(path) },
	"emptied":  func(_ *testing.T, path string) error { return os.Truncate(path, 0) },
	"cut":      rewritten(func(text []byte) []byte { return text[:len(text)/2] }),
	"flipped":  rewritten(func(text []byte) []byte { return flip(text) }),
	"doubled":  rewritten(func(text []byte) []byte { return append(text, text...) }),
	"of zeros": rewritten(func(text []byte) []byte { return make([]byte, len(text)) }),
	"no UTF-8": rewritten(func(text []byte) []byte { return bytes.Replace(text, []byte("e"), []byte("\xe9"), 1) }),
	"unchangeable": func(t *testing.T, path string) error {
		if os.Geteuid() != 0 {
			return os.Chmod(path, 0o400)
		}
		out, err := setImmutable(t, path, true)
		t.Cleanup(func() { setImmutable(t, path, false) })
		if err != nil {
			t.Log(out) // not on every file system
		}
		return nil
	},
	"unreadable": func(_ *testing.T, path string) error { return os.Chmod(path, 0) },
}

func rewritten(change func([]byte) []byte) func(*testing.T, string) error {
	return func(_ *testing.T, path string) error {
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 {
			return err
		}
		return os.WriteFile(path, change(text), 0o600)
	}
}

// Whatever has become of a store, after a stop and after a kill: what check passes, opens and comes
// to rest, and what it refuses does not open.
func TestCheckPassesWhatOpens(t *testing.T) {
	t.Parallel()
	for what, make := range notFiles {
		spoils[what] = func(t *testing.T, path string) error {
			os.Remove(path)
			return make(path, filepath.Join(t.TempDir(), "nowhere"))
		}
	}
	names := []string{"store.json", "products.json", "carts.json", "messages.jsonl", "lock", "open.json", "journal-0000000000000001.jsonl", "."}
	type spoilt struct {
		name, sound, file string
		spoil             func(t *testing.T, path string) error
	}
	var cases []spoilt
	for end, signal := range map[string]os.Signal{"stopped": os.Interrupt, "killed": syscall.SIGKILL} {
		sound := t.TempDir()
		s := openShop(t, sound, "--demo")
		if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"ana@example.com","message":"hola"}`); status != http.StatusCreated {
			t.Fatal(status, err)
		}
		s.stop(t, signal)
		if err := os.WriteFile(filepath.Join(sound, "open.json"), []byte("{}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for what, spoil := range spoils {
			for _, name := range names {
				if name == "." && what != "unchangeable" && what != "unreadable" {
					continue
				}
				cases = append(cases, spoilt{end + " " + name + " " + what, sound, name, spoil})
			}
		}
	}
	for _, one := range dose.Some(cases, 16) {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			store := filepath.Join(t.TempDir(), "store")
			if err := os.CopyFS(store, os.DirFS(one.sound)); err != nil {
				t.Fatal(err)
			}
			if err := one.spoil(t, filepath.Join(store, one.file)); err != nil {
				t.Fatal(err)
			}
			wantVerdict(t, store)
		})
	}
}

// wantVerdict fails unless check says of a store whether it opens.
func wantVerdict(t *testing.T, store string) {
	t.Helper()
	said, wrong := untilEnd(t, "check", "--store", store)
	s := startShop(t, store)
	if s.Open(t.Context()) != nil {
		if wrong == nil {
			t.Errorf("check passes what does not open: %s%s", said, &s.Log)
		}
		return
	}
	if wrong != nil {
		t.Errorf("check refuses what opens: %s", said)
	}
	s.wantLives(t, "")
	s.stop(t, os.Interrupt)
	if s.Log.Lines() > 100 {
		t.Errorf("it runs away: %s", &s.Log)
	}
}
