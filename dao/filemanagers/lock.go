package filemanagers

import (
	"cmp"
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

// lock is the lock of a folder, taken.
type lock struct {
	*flock.Flock
	before string // what stood in its file
	made   bool   // there was no such file
}

// takeLock takes the lock of a folder and writes the process id into it, for whoever comes second.
func takeLock(dir string) (*lock, error) {
	path := filepath.Join(dir, lockFile)
	for {
		_, absent := os.Stat(path)
		l := &lock{Flock: flock.New(path, flock.SetPermissions(0o600))}
		switch locked, err := l.TryLock(); {
		case err != nil:
			return nil, err
		case !locked:
			return nil, fmt.Errorf("%w: %s has it open", dao.ErrUnavailable, holder(path))
		}
		mine, err := l.Stat()
		if there, gone := os.Stat(path); err == nil && (gone != nil || !os.SameFile(mine, there)) {
			if err := l.Unlock(); err != nil { // of a file that somebody has just given back
				return nil, err
			}
			continue
		}
		before, err2 := os.ReadFile(path)
		l.before, l.made = string(before), absent != nil && len(before) == 0
		if err := cmp.Or(err, err2, sign(path, fmt.Sprintln(os.Getpid()))); err != nil {
			return nil, errors.Join(err, l.Unlock())
		}
		return l, nil
	}
}

// giveBack lets go of a lock of which no use was made: a start that is refused leaves the folder as it was.
func (l *lock) giveBack() error {
	err := sign(l.Path(), l.before)
	if l.made {
		err = os.Remove(l.Path())
	} else if err == nil {
		err = os.Truncate(l.Path(), int64(len(l.before)))
	}
	return errors.Join(err, l.Unlock())
}

// sign writes over what stands in a lock file, without emptying it first: others may be reading it.
func sign(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
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
