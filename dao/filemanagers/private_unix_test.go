//go:build unix

package filemanagers

import (
	"os"
	"path/filepath"
	"testing"

	"pulperia/dao"
)

// A store that was open to others is closed to them by its next start, in all that is its own and
// in nothing else; what it writes from then on is closed, too.
func TestStoreIsPrivate(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	dir := filepath.Join(t.TempDir(), "store")
	openAndClose := func(batch dao.Batch) {
		t.Helper()
		store, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Load(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	mode := func(path string) os.FileMode {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	var batch dao.Batch
	for _, kind := range dao.Kinds() {
		batch.Add(kind.Example(1))
	}
	openAndClose(batch)
	foreign := filepath.Join(dir, "notes.txt")
	for _, path := range []string{outside, foreign} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	names, err := directory(dir).List()
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, name := range names {
		if isOurs(name) {
			ours++
			if got := mode(filepath.Join(dir, name)); got != 0o600 {
				t.Errorf("%s was made with %v", name, got)
			}
			if err := os.Chmod(filepath.Join(dir, name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil || ours < 5 {
		t.Fatal(err, names)
	}
	openAndClose(dao.Batch{})
	for _, name := range names {
		if path := filepath.Join(dir, name); isOurs(name) {
			if _, err := os.Lstat(path); err == nil && mode(path) != 0o600 {
				t.Errorf("%s has %v after the start", name, mode(path))
			}
		}
	}
	if mode(dir) != 0o700 || mode(foreign) != 0o644 || mode(outside) != 0o644 {
		t.Errorf("the folder has %v, what is somebody's %v, what a link of his leads to %v", mode(dir), mode(foreign), mode(outside))
	}
}
