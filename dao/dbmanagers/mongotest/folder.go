//go:build unix

package mongotest

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
)

// prefix begins the name of every server's folder.
const prefix = "pulperia-mongotest-"

// newFolder makes and locks a server's folder, and removes those whose supervisor was killed:
// nobody locks them.
func newFolder(r runner) (*os.File, error) {
	stale, _ := filepath.Glob(filepath.Join(r.base(), prefix+"*"))
	for _, path := range stale {
		if dir, err := os.Open(path); err == nil {
			if syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
				discard(r, path)
			}
			dir.Close()
		}
	}
	for {
		path, err := os.MkdirTemp(r.base(), prefix)
		if err != nil {
			return nil, err
		}
		dir, err := os.Open(path)
		if err != nil {
			continue
		}
		if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
			return nil, err
		}
		if _, err := os.Stat(path); err == nil {
			return dir, nil
		}
		dir.Close() // another process took it for a stale one before it was locked
	}
}

// discard ends what serves from the folder, and removes it.
func discard(r runner, folder string) {
	r.discard(folder)
	os.RemoveAll(folder)
}

// logFile is where a server writes what it has to say.
func logFile(folder string) (*os.File, error) {
	return os.OpenFile(filepath.Join(folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// lastLines is the end of that.
func lastLines(folder string) []byte {
	text, _ := os.ReadFile(filepath.Join(folder, "log"))
	if len(text) > 4000 {
		text = text[len(text)-4000:]
	}
	return bytes.TrimSpace(text)
}
