package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pulperia/dose"
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
	t.Parallel()
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
	var cases [][2]string
	for what := range notFiles {
		for _, name := range names {
			cases = append(cases, [2]string{what, name})
		}
	}
	for _, one := range dose.Some(cases, 12) {
		what, name := one[0], one[1]
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
			if err := notFiles[what](path, foreign); err != nil {
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
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Open(ctx); err == nil {
		t.Errorf("%v: the shop is open:\n%s", args, &s.Log)
	} else if ctx.Err() != nil {
		t.Errorf("%v hangs:\n%s", args, &s.Log)
	}
	s.Signal(os.Kill) // unless it has ended
	err = s.Wait()
	return s.Log.String(), err
}
