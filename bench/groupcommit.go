package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
)

// besideFile has a new store of files measured beside a file of its own, to which only records are
// appended. dir is the store's folder.
func (b *bench) besideFile(
	ctx context.Context, name string, do func(store dao.Store, dir string, bare *groupCommit) error,
) (err error) {
	dir, err := os.MkdirTemp(b.dir, name+"-")
	if err != nil {
		return err
	}
	store, err := filemanagers.Open(ctx, dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	file, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return err
	}
	bare := newGroupCommit(file)
	defer func() { err = errors.Join(err, bare.close()) }()
	return do(store, dir, bare)
}

// groupCommit appends records to a file and does nothing else: the bare limit of what a store can
// keep. Who appends while a sync is under way waits for the next one, which all who wait share.
type groupCommit struct {
	file *os.File
	wake chan struct{}
	done chan struct{} // closed when run has returned

	mu   sync.Mutex
	next *commit
}

// commit is the records that share one write and one sync.
type commit struct {
	records []byte
	err     error
	done    chan struct{}
}

func newGroupCommit(file *os.File) *groupCommit {
	g := &groupCommit{file: file, wake: make(chan struct{}, 1), done: make(chan struct{}), next: newCommit()}
	go g.run()
	return g
}

func newCommit() *commit { return &commit{done: make(chan struct{})} }

// append returns when the record is durable.
func (g *groupCommit) append(record []byte) error {
	g.mu.Lock()
	c := g.next
	c.records = append(c.records, record...)
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
	<-c.done
	return c.err
}

func (g *groupCommit) run() {
	defer close(g.done)
	var spare []byte
	for range g.wake {
		next := newCommit()
		next.records = spare[:0]
		g.mu.Lock()
		c := g.next
		g.next = next
		g.mu.Unlock()
		if len(c.records) > 0 {
			if _, c.err = g.file.Write(c.records); c.err == nil {
				c.err = datasync(g.file)
			}
		}
		spare = c.records
		close(c.done)
	}
}

// close ends it; nobody may append any more.
func (g *groupCommit) close() error {
	close(g.wake)
	<-g.done
	return g.file.Close()
}
