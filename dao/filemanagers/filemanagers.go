// Package filemanagers keeps a store in a folder of plain JSON files.
//
//	products.json   a JSON array, indented, sorted by id; so is the file of each kind
//	messages.jsonl  one message a line, only ever appended to; so is that of each history
//	journal-….jsonl the changes, one a line; what the files above do not hold yet, and what the feed keeps
//	store.json      the identity of the store; which contents of the files above count
//	open.json       when the store was open
//	images/         bytes outside the feed, each in a file that is named by its hash
//	lock            held by the process that writes
//
// # How a write becomes durable
//
// A step runs in its caller's goroutine, one after the other, on a batch over the store (package
// steps, batch.go). The committer (commit.go) appends the steps of a batch to the journal (journal.go)
// with one write and one fdatasync, and then shows them to readers (state.go); meanwhile the next
// batch gathers. Values live in memory with the indexes that listing needs (kinds.go; index.go and
// vocabulary.go for products); of histories and of the feed only the places in the files do.
//
// # How the files stay readable
//
// A compaction (compaction.go) writes the JSON files anew, in the background when the journal has
// grown and when the store is closed, so that then the JSON files alone are the whole truth and may
// be edited.
//
// # How a store is opened
//
// load.go reads the files that store.json vouches for (folded.go), applies the journal (scan.go,
// replay.go) and takes edits in (edits.go, adopt.go): who only reads does that in memory
// (draft.go). A batch that a crash has torn at the end of the journal is dropped; any other damage
// is refused as [Damage], and nothing is changed.
package filemanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"pulperia/dao"
)

// Options are the settings of the engine. Zero values mean the defaults.
type Options struct {
	Keep    int              // how many changes the feed keeps at least; 10,000
	Fold    int64            // least growth of the journal between compactions, in bytes; 16 MiB, in Bulk longestJournal
	Log     *slog.Logger     // slog.Default()
	Bulk    bool             // the indexes of listings are made when somebody lists: for who only brings much in
	Becomes string           // the identity of the store that a restoration makes; "" for one of its own
	Accept  bool             // also an edit by hand that empties a file, or takes away most of it
	disk    disk             // the real one; tests put another in its place
	present func() error     // says whether the folder is where it was
	now     func() time.Time // time.Now; tests set it forward and back
}

func (o Options) withDefaults(dir string) Options {
	if o.Keep == 0 {
		o.Keep = 10_000
	}
	if o.Fold == 0 {
		o.Fold = 16 << 20
		if o.Bulk { // it is closed soon, and compacted then
			o.Fold = longestJournal
		}
	}
	if o.present == nil {
		o.present = func() error { return nil }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.disk == nil {
		o.disk = directory(dir)
	}
	return o
}

// Open opens the store in a folder, which is made if it is not there, and takes its lock. A store
// that another process has open is dao.ErrUnavailable; files that are not what was written are
// [Damage].
func Open(ctx context.Context, dir string, o Options) (dao.Store, error) {
	if err := ctx.Err(); err != nil {
		return dao.Store{}, err
	}
	o = o.withDefaults(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return dao.Store{}, fmt.Errorf("open store: %w", err)
	}
	if err := wantOwnFolder(o.disk); err != nil { // before a lock is put into it
		return dao.Store{}, fmt.Errorf("open store %s: %w", dir, err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return dao.Store{}, fmt.Errorf("open store %s: %w", dir, err)
	}
	folder, err := os.Stat(dir)
	if err != nil {
		return dao.Store{}, errors.Join(fmt.Errorf("open store: %w", err), lock.giveBack())
	}
	o.present = func() error { return samePlace(dir, folder) }
	store, err := open(o, lock.Unlock)
	if err != nil {
		return dao.Store{}, errors.Join(fmt.Errorf("open store %s: %w", dir, err), lock.giveBack())
	}
	switch files, err := keepPrivate(dir); {
	case err != nil:
		o.Log.Warn("others on this machine may read the store, which holds addresses and secrets; chmod cannot change that here", "folder", dir, "err", err)
	case files > 0:
		o.Log.Info("others on this machine could read the store; its folder is 0700 now, and its files are 0600", "folder", dir, "files", files)
	}
	return store, nil
}

// open opens a store whose lock is taken.
func open(o Options, unlock func() error) (dao.Store, error) {
	c, was, err := loadAdopted(o)
	if err != nil {
		return dao.Store{}, err
	}
	if err := prepare(o.disk, c); err != nil {
		return dao.Store{}, errors.Join(err, c.close())
	}
	if was < formatVersion {
		o.Log.Info("the store was brought forward; an older pulperia does not open it any more", "format", formatVersion, "was", was)
	}
	if c.unfolded > 0 {
		o.Log.Info("the store was not stopped cleanly; the journal was applied", "changes", c.unfolded)
	}
	e := newEngine(c, o)
	if products := newProducts(values{e.state, e.committer}).catalogue; !o.Bulk {
		products.listable.Do(products.makeIndexes) // of an empty one, too: then no listing has to make them
	}
	e.unlock, e.edited = unlock, c.tookIn
	go e.committer.loop()
	return e.store(), nil
}

// loadAdopted loads a store, and takes in what is new or was edited. It says which format it had.
func loadAdopted(o Options) (c *contents, format int, err error) {
	if err := refuseUnfinished(o.disk); err != nil {
		return nil, 0, err
	}
	found, err := load(o.disk)
	if err != nil {
		return nil, 0, err
	}
	if format = found.meta.Format; found.isNew {
		format = formatVersion
	}
	c, err = found.adopted(o.disk, o.Accept)
	if err == nil && len(found.edited) > 0 {
		o.Log.Info("took in files that were edited by hand; the epoch is a new one", "files", found.edits())
		c.tookIn = true
	}
	return c, format, err
}

// adopted returns a store as it is when it was taken in: itself, if it is not new and nobody has
// edited it.
func (c *contents) adopted(d disk, accept bool) (*contents, error) {
	if !c.needsAdoption() {
		return c, nil
	}
	err := c.refuseLoss(accept)
	if err == nil {
		err = adopt(d, c)
	}
	if err := errors.Join(err, c.close()); err != nil {
		return nil, err
	}
	return load(d)
}

// prepare makes a loaded store fit for writing: what a crash left is cleared away.
func prepare(d disk, c *contents) error {
	if len(c.moves) > 0 { // the store.json that vouches for them may be there only for now, when the sync of the folder had failed
		if err := d.Sync(); err != nil {
			return err
		}
	}
	if err := rename(d, c.moves); err != nil {
		return err
	}
	for _, name := range c.stale {
		if err := d.Remove(name); err != nil {
			return err
		}
	}
	if err := (&images{disk: d}).clear(false); err != nil {
		return err
	}
	needsFile := len(c.segments) == 0
	if c.tail != nil && !needsFile {
		live := c.segments[len(c.segments)-1]
		if err := live.file.Truncate(live.size); err != nil {
			return err
		}
		if err := live.file.Sync(); err != nil {
			return err
		}
		needsFile = len(live.at) > 0 // what is left of the torn batch ends here for good
	}
	if needsFile {
		first := c.meta.Offset + 1
		if n := len(c.segments); n > 0 {
			first = c.segments[n-1].last() + 1
		}
		s, err := newSegment(d, header{journalVersion, c.meta.Epoch, first})
		if err != nil {
			return err
		}
		c.segments = append(c.segments, s)
	}
	c.meta.Format, c.meta.Identity, c.meta.Clean = formatVersion, cmp.Or(c.meta.Identity, dao.NewIdentity()), false
	return c.meta.write(d)
}
