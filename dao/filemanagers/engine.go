package filemanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Engine = (*engine)(nil)

// engine is an open store as a whole.
type engine struct {
	*state
	feed      *feed
	committer *committer
	compactor *compactor
	images    *images
	identity  atomic.Pointer[string]
	readOnly  bool
	edited    bool // the files were, before it was opened
	present   func() error
	unlock    func() error

	close    sync.Once
	closeErr error
}

func newEngine(c *contents, o Options) *engine {
	f := &feed{epoch: c.meta.Epoch, segments: c.segments, moved: make(chan struct{})}
	s := &state{kinds: newKinds(c.kinds), tombstones: c.tombstones, now: o.now, feed: f}
	committer := &committer{
		state: s, feed: f, disk: o.disk, at: c.at, segmentSize: 4 << 20, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	e := &engine{state: s, feed: f, committer: committer, present: o.present, unlock: func() error { return nil }}
	e.images = &images{disk: o.disk, open: committer.open}
	e.compactor = &compactor{disk: o.disk, state: s, feed: f, log: o.Log, keep: int64(o.Keep), every: o.Fold, meta: c.meta, written: written{}}
	for _, one := range c.kinds {
		e.compactor.hashes = append(e.compactor.hashes, one.hash)
		e.compactor.written.see(o.disk, one.File())
	}
	identity := c.meta.Identity // of its own: a pointer into what was read would keep all of that in memory
	e.identity.Store(&identity)
	e.compactor.size.Store(e.compactor.meta.rewritten())
	e.compactor.grown.Store(c.unfoldedBytes())
	committer.grew = e.compactor.journalGrew
	return e
}

func (e *engine) store() dao.Store {
	v := values{e.state, e.committer}
	return dao.Store{
		Products: newProducts(v),
		Carts:    newCarts(v),
		Messages: messages{e.reader(e.kind(dao.Message.Schema)), e.committer},
		Values:   v,
		Feed:     e.feed,
		Presence: newPresence(),
		Images:   e.images,
		Engine:   e,
	}
}

// Update runs do as one step.
func (e *engine) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	return e.committer.Update(ctx, do)
}

// Load stores a batch.
func (e *engine) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	if len(batch.Carts) > 0 && !e.readOnly {
		if err := e.forgetAttendance(); err != nil {
			return dao.Receipt{}, fmt.Errorf("load: %w: %w", dao.ErrUnavailable, err)
		}
	}
	receipt, err := e.committer.load(ctx, batch)
	if err != nil {
		return receipt, fmt.Errorf("load: %w", err)
	}
	return receipt, nil
}

// copies yields copies of all values of a batch.
func copies(batch dao.Batch) iter.Seq2[*dao.Schema, models.Value] {
	return func(yield func(*dao.Schema, models.Value) bool) {
		for schema, v := range batch.All() {
			if !yield(schema, schema.Clone(v)) {
				return
			}
		}
	}
}

// dumpSize is how many values one batch of a dump holds.
const dumpSize = 1_000

// Dump hands out the store as it is now; what is written meanwhile is not in it.
func (e *engine) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	all := e.snapshot(e.feed, -1)
	at := dao.Position{Epoch: e.feed.epoch, Offset: all.offset}
	for _, one := range all.kinds {
		give := e.giveValues
		if one.History {
			give = e.giveHistory
		}
		if err := give(ctx, one, visit); err != nil {
			return at, err
		}
	}
	return at, nil
}

func (e *engine) giveValues(ctx context.Context, all kindSnapshot, visit func(dao.Batch) error) error {
	sortByID(all.values)
	for chunk := range slices.Chunk(all.values, dumpSize) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var batch dao.Batch
		for _, v := range chunk {
			batch.AddCopy(all.Schema, v)
		}
		if err := visit(batch); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) giveHistory(ctx context.Context, all kindSnapshot, visit func(dao.Batch) error) error {
	for i, n := 0, all.folded+len(all.fresh); i < n; i += dumpSize {
		var batch dao.Batch
		err := e.reader(all.kind).read(i, min(i+dumpSize, n), func(doc []byte) error {
			v, err := all.Decode(doc)
			batch.Add(v)
			return err
		})
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if err := visit(batch); err != nil {
			return err
		}
	}
	return nil
}

// sortByID sorts by ids that it takes out of the values first: these lie far from one another, and a
// look at each of them at each comparison took most of the time.
func sortByID(values []models.Value) {
	type keyed struct {
		id    models.ID
		value models.Value
	}
	all := make([]keyed, len(values))
	for i, v := range values {
		all[i] = keyed{v.GetHead().ID, v}
	}
	slices.SortFunc(all, func(a, b keyed) int { return a.id.Compare(b.id) })
	for i := range all {
		values[i] = all[i].value
	}
}

// EditedByHand says whether somebody had edited the files when the store was opened.
func (e *engine) EditedByHand() bool { return e.edited }

// Ready says whether the store can still write.
func (e *engine) Ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return cmp.Or(e.committer.open(), e.present())
}

// Identity names the store.
func (e *engine) Identity() string { return *e.identity.Load() }

// Become has the store go by another identity.
func (e *engine) Become(ctx context.Context, identity string) error {
	err := cmp.Or(dao.CheckIdentity(identity), e.Ready(ctx))
	if err == nil {
		err = e.compactor.become(identity)
	}
	if err != nil {
		return fmt.Errorf("take an identity: %w", err)
	}
	e.identity.Store(&identity)
	return nil
}

// Stats returns figures for whoever operates the shop.
func (e *engine) Stats() []dao.Stat {
	var stats []dao.Stat
	e.mu.RLock()
	for _, k := range e.kinds {
		stats = append(stats, k.Stat("in the store", k.count()))
	}
	e.mu.RUnlock()
	return append(stats, []dao.Stat{
		{Name: "journal_bytes", Help: "Size of the journal files.", Value: float64(e.feed.bytes())},
		{Name: "folds_total", Help: "Times the JSON files were written anew.", Counter: true, Value: float64(e.compactor.folds.Load())},
		{Name: "syncs_total", Help: "Times the journal was synced to disk.", Counter: true, Value: float64(e.committer.syncs.Load())},
		{Name: "sync_seconds_total", Help: "Time spent syncing the journal to disk.", Counter: true,
			Value: time.Duration(e.committer.waited.Load()).Seconds()},
	}...)
}

// Close ends the writes under way, compacts the journal into the JSON files and lets go of the
// folder.
func (e *engine) Close() error {
	e.close.Do(func() {
		e.committer.stop()
		e.compactor.running.Wait()
		var err error
		if !e.readOnly && e.committer.broken.Load() == nil {
			err = errors.Join(e.compactor.compact(true), e.feed.liveSegment().trim())
		}
		for _, k := range e.kinds {
			if k.History {
				err = errors.Join(err, k.history.file.Close())
			}
		}
		err = errors.Join(err, e.feed.close(), e.unlock())
		if err != nil {
			e.closeErr = fmt.Errorf("close store: %w", err)
		}
	})
	return e.closeErr
}
