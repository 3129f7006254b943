package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/filemanagers"
)

// end is where a migration comes from or goes to.
type end struct {
	flag, name string
	isURL      bool
	database   dbmanagers.Options
	files      filemanagers.Options
}

// newEnd refuses what is neither a folder nor the URL of a database.
func (g *globals) newEnd(flag, name string, log *os.File) (*end, error) {
	e := &end{flag: flag, name: name, isURL: dbmanagers.IsURL(name)}
	if !e.isURL && (name == "" || strings.Contains(name, "://") || misspelt.MatchString(name)) {
		return nil, fmt.Errorf("%s %q: must be a folder, or a URL that begins with mongodb:// or mongodb+srv://", flag, dbmanagers.Redact(name))
	}
	e.files.Log, e.files.Accept = g.logger(log), g.AcceptEdits
	e.database = dbmanagers.Options{Timeout: time.Minute, Log: e.files.Log} // nobody waits for an answer
	if !dbmanagers.NeedsPassword(name) {
		return e, nil
	}
	var err error
	e.database.Password, err = g.storePassword(e.files.Log)
	return e, err
}

// String returns the name as it may be shown.
func (e *end) String() string { return dbmanagers.Redact(e.name) }

// read opens the store to read it.
func (e *end) read(ctx context.Context) (dao.Store, error) {
	if e.isURL {
		return dbmanagers.OpenReadOnly(ctx, e.name, e.database)
	}
	return filemanagers.OpenReadOnly(ctx, e.name, e.files)
}

// survey reads the whole store once, and says what another program has left in a database.
func (e *end) survey(ctx context.Context, store dao.Store, visit func(dao.Batch) error) (found dbmanagers.Findings, err error) {
	if e.isURL {
		return dbmanagers.Survey(ctx, store, visit)
	}
	_, err = store.Dump(ctx, visit)
	return found, err
}

// become has what is restored be the store of that identity: the same shop, with the carts and the
// ids that its visitors know.
func (e *end) become(identity string) { e.files.Becomes, e.database.Becomes = identity, identity }

// restore begins to make a store, or goes on with it.
func (e *end) restore(ctx context.Context, source, content string) (restoring, error) {
	if e.isURL {
		return dbmanagers.Restore(ctx, e.name, e.database, source, content)
	}
	return filemanagers.Restore(ctx, e.name, e.files, source, content)
}

// discard removes what a restoration that was not finished has left.
func (e *end) discard(ctx context.Context) error {
	if e.isURL {
		return dbmanagers.Discard(ctx, e.name, e.database)
	}
	return filemanagers.Discard(ctx, e.name, e.files)
}

// wantApart refuses two ends that are one, or lie in one another.
func wantApart(from, to *end) error {
	same := fmt.Errorf("--from and --to are the same store, %s", from)
	switch {
	case from.isURL != to.isURL:
		return nil
	case from.isURL && dbmanagers.SameDatabase(from.name, to.name):
		return same
	case from.isURL:
		return nil
	}
	a, err1 := realPath(from.name)
	b, err2 := realPath(to.name)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	switch {
	case a == b || sameFile(a, b):
		return same
	case within(a, b):
		return fmt.Errorf("--to %s lies in --from %s: name a folder beside it", to, from)
	case within(b, a):
		return fmt.Errorf("--from %s lies in --to %s: name a folder beside it", from, to)
	}
	return nil
}

// realPath returns a folder's one name, also of a folder that is not there yet.
func realPath(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for rest := ""; ; {
		real, err := filepath.EvalSymlinks(abs)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(abs) == abs {
			return "", err
		}
		rest, abs = filepath.Join(filepath.Base(abs), rest), filepath.Dir(abs)
	}
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// within says whether a path lies in a folder.
func within(folder, path string) bool {
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != "." && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}
