package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pulperia/dao/dbmanagers"
)

// scratch is where a self-test writes: a folder or a database of its own, on the disk or the server
// of the store.
type scratch struct {
	store   string // as --store names it; not there, or empty
	shown   string // for people
	warning string // what is to be known of it
	clear   func(context.Context) error
	remove  func() error
}

// makeScratch makes one for the store that is named.
func (g *globals) makeScratch() (*scratch, error) {
	if dbmanagers.IsURL(g.Store) {
		return g.scratchDatabase()
	}
	dir, err := storeDir(g.Store)
	if err != nil {
		return nil, err
	}
	return scratchFolder(dir)
}

// scratchFolder makes one inside the store's folder, or where that will be: its disk is what is
// tried.
func scratchFolder(dir string) (*scratch, error) {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			break
		}
		dir = filepath.Dir(dir)
	}
	path, err := os.MkdirTemp(dir, "selftest-")
	if err != nil {
		return nil, fmt.Errorf("there is no place for a scratch folder: %w", err)
	}
	s := &scratch{store: filepath.Join(path, "store"), shown: path, remove: func() error { return os.RemoveAll(path) }}
	s.clear = func(context.Context) error { return os.RemoveAll(s.store) }
	if inMemory(path) {
		s.warning = "this folder is in memory (tmpfs): syncs cost nothing here, and nothing survives a restart of the machine."
	}
	return s, nil
}

// scratchDatabase names one on the store's server. It is made by the first who writes.
func (g *globals) scratchDatabase() (*scratch, error) {
	o, err := g.database(quiet)
	if err != nil {
		return nil, err
	}
	url, err := dbmanagers.ScratchURL(g.Store, o)
	if err != nil {
		return nil, err
	}
	s := &scratch{store: url, shown: dbmanagers.Redact(url)}
	s.clear = func(ctx context.Context) error {
		if err := dbmanagers.DropScratch(ctx, url, o); err != nil {
			return fmt.Errorf("%w; it needs a database of its own: give it a user with the roles readWriteAnyDatabase and dbAdminAnyDatabase, "+
				"or a server to try", err)
		}
		return nil
	}
	s.remove = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // also after Ctrl-C
		defer cancel()
		return dbmanagers.DropScratch(ctx, url, o)
	}
	return s, nil
}
