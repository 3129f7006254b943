package filemanagers

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"pulperia/dao"
)

// OpenReadOnly opens a store as it is on disk at this moment, without its lock: beside a process
// that writes, too. Nothing on the disk is changed: of files that were edited by hand, it shows
// what the next start will make. All writes are dao.ErrUnavailable. The store does not follow what
// is written later. A folder without a store is fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, dir string, o Options) (dao.Store, error) {
	o = o.withDefaults(dir)
	found, c, err := loadBeside(ctx, o.disk, o.Accept)
	if err != nil {
		return dao.Store{}, fmt.Errorf("read store %s: %w", dir, err)
	}
	if len(found.edited) > 0 {
		o.Log.Info("read with what was written by hand, which no shop has taken in yet: ids and times that are not given there are new ones each time",
			"files", found.edits())
	}
	return newReader(c, o).store(), nil
}

// newReader makes an engine that does not write. There may be no journal yet: the first process
// that writes makes one.
func newReader(c *contents, o Options) *engine {
	if len(c.segments) == 0 {
		c.segments = append(c.segments, &segment{file: noFile{}, first: c.meta.Offset + 1})
	}
	e := newEngine(c, o)
	e.readOnly, e.committer.closed = true, true
	close(e.committer.ended)
	return e
}

// noFile holds nothing, and is never read.
type noFile struct{ file }

func (noFile) Close() error { return nil }

// glance is what changes in a folder when the process that writes it has compacted. What cannot be
// read is left to load to explain.
func glance(d disk) string {
	meta, _ := readAll(d, metaFile)
	names, _ := d.List()
	return string(meta) + strings.Join(names, "\n")
}

// loadBeside loads a store to read it, while another process may be writing it: when store.json has
// changed meanwhile, or a file has come or gone, it tries again. It returns the store as it was
// found, and as it is when that was taken in.
func loadBeside(ctx context.Context, d disk, accept bool) (found, c *contents, err error) {
	for {
		if err := refuseUnfinished(d); err != nil {
			return nil, nil, err
		}
		before := glance(d)
		found, err := load(reading{d})
		if err == nil && !found.needsAdoption() {
			return found, found, nil
		}
		if err == nil && found.isNew && len(found.edited) == 0 {
			err = errNoStore
		}
		if err == nil {
			c, err = found.adopted(newDraft(d), accept)
		}
		if glance(d) == before { // else what seems to be damaged or edited was only half written
			return found, c, err
		}
		if err == nil {
			c.close() // what was only read
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

var errNoStore = fmt.Errorf("there is no store in it (products.json, carts.json or messages.jsonl): %w", fs.ErrNotExist)
