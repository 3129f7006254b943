package filemanagers

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"pulperia/dao"
)

// samePlace says whether a folder is still where it was opened: what is written goes into that one,
// wherever it is now.
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

// Held is the dao.ErrUnavailable of a store that another process has open.
type Held struct{ By string } // "process 12"

// Error says who has it.
func (h Held) Error() string { return fmt.Sprintf("%v: %s has it open", dao.ErrUnavailable, h.By) }

// Unwrap returns dao.ErrUnavailable.
func (Held) Unwrap() error { return dao.ErrUnavailable }

// lock is the lock of a folder, taken.
type lock struct {
	*flock.Flock
	dir    directory
	before string // what stood in its file
	made   bool   // there was no such file
}

// takeLock takes the lock of a folder and writes the process id into it, for whoever comes second.
// A folder in which something else bears the name of a file of the store is refused first.
func takeLock(dir string) (*lock, error) {
	d := directory(dir)
	for {
		names, err := d.List()
		if err != nil {
			return nil, err
		}
		l := &lock{Flock: flock.New(d.path(lockFile), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR|unfollowed)), dir: d}
		switch locked, err := l.TryLock(); {
		case err != nil:
			return nil, err
		case !locked:
			return nil, Held{d.holder()}
		}
		mine, err := l.Stat()
		if there, gone := os.Lstat(l.Path()); err == nil && (gone != nil || !os.SameFile(mine, there)) {
			if err := l.Unlock(); err != nil { // of a file that somebody has just given back
				return nil, err
			}
			continue
		}
		before, err2 := readAll(d, lockFile)
		l.before, l.made = string(before), !slices.Contains(names, lockFile) && len(before) == 0
		if err := cmp.Or(err, err2, l.sign(fmt.Sprintln(os.Getpid()))); err != nil {
			return nil, errors.Join(err, l.Unlock())
		}
		return l, nil
	}
}

// giveBack lets go of a lock of which no use was made: a start that is refused leaves the folder as
// it was.
func (l *lock) giveBack() error {
	if l.made {
		return errors.Join(l.dir.Remove(lockFile), l.Unlock())
	}
	return errors.Join(l.sign(l.before), l.Unlock())
}

// sign writes over what stands in the lock's file, without emptying it first: others may be reading
// it.
func (l *lock) sign(text string) error {
	f, err := l.dir.Open(lockFile)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), 0)
	if err == nil {
		err = f.Truncate(int64(len(text)))
	}
	return errors.Join(err, f.Close())
}

// holder says which process has signed the lock last.
func (d directory) holder() string {
	text, _ := readAll(d, lockFile)
	pid, _, signed := strings.Cut(string(text), "\n")
	if !signed { // in this very moment it is about to
		return "another process"
	}
	return "process " + pid
}
