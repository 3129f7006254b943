package app

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// notFiles make something that is no file of a store. foreign is a file of somebody, outside.
var notFiles = map[string]func(path, foreign string) error{
	"a symbolic link": func(path, foreign string) error { return os.Symlink(foreign, path) },
	"a folder":        func(path, _ string) error { return os.Mkdir(path, 0o700) },
	"a pipe":          func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
	"a socket":        func(path, _ string) error { return syscall.Mknod(path, syscall.S_IFSOCK|0o600, 0) },
}

// What bears the name of a file of the store and is none is refused by name by whoever comes near
// the folder, who does not wait for it: it is neither read nor written, nor where it leads to.
func TestWhatIsNoFileIsRefused(t *testing.T) {
	store, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{store, other} {
		if err := openShop(t, dir, "--demo").stop(t, os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{
		"lock", "store.json", "products.json", "carts.json", "messages.jsonl", "open.json", "migration.json", "journal-0000000000000001.jsonl",
		"store.json.tmp", "open.json.tmp", "products.json.new",
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	if err := os.WriteFile(foreign, []byte("somebody's\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, make := range notFiles {
		for _, name := range names {
			t.Run(what+" named "+name, func(t *testing.T) {
				path := filepath.Join(store, name)
				kept, err := os.ReadFile(path)
				was := err == nil
				os.Remove(path)
				defer func() {
					os.Remove(path)
					if was {
						os.WriteFile(path, kept, 0o600)
					}
				}()
				if err := make(path, foreign); err != nil {
					t.Fatal(err)
				}
				for _, args := range [][]string{
					{"--store", store, "--listen", "127.0.0.1:0"},
					{"check", "--store", store},
					{"export", filepath.Join(t.TempDir(), "backup"), "--store", store},
					{"migrate", "--from", other, "--to", store},
				} {
					said, err := untilEnd(t, args...)
					if err == nil || !strings.Contains(said, name+": it is "+what) {
						t.Errorf("%v: %v: %s", args, err, said)
					}
				}
				if text, err := os.ReadFile(foreign); err != nil || string(text) != "somebody's\n" {
					t.Errorf("the file of somebody holds %q (%v)", text, err)
				}
			})
		}
	}
	link := filepath.Join(t.TempDir(), "link") // the folder itself may be elsewhere
	if err := os.Symlink(store, link); err != nil {
		t.Fatal(err)
	}
	if err := openShop(t, link).stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
}

// untilEnd runs a command that may hang, or open a shop that does not end.
func untilEnd(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	s := startCommand(t, command(t, args...))
	select {
	case url := <-s.opened:
		if url == "" {
			err = <-s.end
			return s.log.String(), err
		}
		t.Errorf("%v: the shop is open:\n%s", args, s.log)
	case <-time.After(patience):
		t.Errorf("%v hangs:\n%s", args, s.log)
	}
	s.Process.Kill()
	<-s.end
	return s.log.String(), nil
}
