package filemanagers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"pulperia/dao"
)

// samePlace says whether a folder is still where it was opened: what is written goes into that one, wherever it is now.
func samePlace(dir string, opened os.FileInfo) error {
	now, err := os.Stat(dir)
	if err == nil && !os.SameFile(now, opened) {
		err = errors.New("another one stands in its place")
	}
	if err != nil {
		return fmt.Errorf("%w: the store's folder was moved or removed: %w", dao.ErrUnavailable, err)
	}
	return nil
}

// takeLock takes the lock of a folder and writes the process id into it, for whoever comes second.
func takeLock(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, lockFile)
	lock := flock.New(path, flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !locked:
		return nil, fmt.Errorf("%w: %s has it open", dao.ErrUnavailable, holder(path))
	}
	if err := sign(path); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock, nil
}

// sign writes the process id over what stands in a lock file, without emptying it first: others may be reading it.
func sign(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return errors.Join(err, f.Close())
}

// holder says which process has signed a lock file last.
func holder(path string) string {
	text, _ := os.ReadFile(path)
	pid, _, signed := strings.Cut(string(text), "\n")
	if !signed { // in this very moment it is about to
		return "another process"
	}
	return "process " + pid
}
