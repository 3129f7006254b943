package filemanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Engine = (*engine)(nil)

// engine is an open store as a whole.
type engine struct {
	*state
	feed      *feed
	messages  messages
	committer *committer
	folder    *folder
	readOnly  bool
	present   func() error
	unlock    func() error

	close    sync.Once
	closeErr error
}

func newEngine(c *contents, o Options) *engine {
	s := &state{
		products: newCatalogue(c.products), carts: newCartList(c.carts), messages: c.log, graves: c.graves,
		last: c.lastOf, now: o.now,
	}
	f := &feed{epoch: c.meta.Epoch, segments: c.segments, moved: make(chan struct{})}
	committer := &committer{
		state: s, feed: f, disk: o.disk, segmentSize: 4 << 20, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	e := &engine{state: s, feed: f, committer: committer, messages: messages{s, f, committer}, present: o.present, unlock: func() error { return nil }}
	e.folder = &folder{
		disk: o.disk, state: s, feed: f, messages: e.messages, log: o.Log,
		keep: int64(o.Keep), every: o.Fold, meta: c.meta, logHash: c.logHash,
	}
	e.folder.size.Store(c.meta.Products.Bytes + c.meta.Carts.Bytes)
	e.folder.grown.Store(c.unfoldedBytes())
	committer.grew = e.folder.journalGrew
	return e
}

func (e *engine) store() dao.Store {
	return dao.Store{
		Products: products{e.state, e.committer},
		Carts:    carts{e.state, e.committer},
		Messages: e.messages,
		Feed:     e.feed,
		Presence: newPresence(),
		Engine:   e,
	}
}

// Load stores a batch as one step.
func (e *engine) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	if len(batch.Carts) > 0 && !e.readOnly {
		if err := e.forgetAttendance(); err != nil {
			return dao.Receipt{}, fmt.Errorf("load: %w: %w", dao.ErrUnavailable, err)
		}
	}
	receipt, err := e.committer.commit(ctx, func(s step) error {
		for _, p := range batch.Products {
			if err := s.loadProduct(p.Clone()); err != nil {
				return fmt.Errorf("product %q: %w", p.Code, err)
			}
		}
		for _, c := range batch.Carts {
			if err := s.loadCart(c.Clone()); err != nil {
				return fmt.Errorf("cart %s: %w", c.ID, err)
			}
		}
		for _, m := range batch.Messages {
			if err := s.loadMessage(m); err != nil {
				return fmt.Errorf("message %s: %w", m.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return receipt, fmt.Errorf("load: %w", err)
	}
	return receipt, nil
}

func (s step) loadProduct(p models.Product) error {
	p.Normalize()
	if err := p.Check(); err != nil {
		return err
	}
	if s.product(p.ID) != nil {
		return dao.Conflict{Field: "_id", Value: p.ID.String()}
	}
	if !s.ownerOf(p.Code).IsZero() {
		return dao.Conflict{Field: "code", Value: p.Code}
	}
	s.fillIn(dao.KindProduct, &p.ID, &p.CreatedAt, &p.UpdatedAt, &p.Rev)
	s.putProduct(nil, &p)
	return nil
}

func (s step) loadCart(c models.Cart) error {
	c.Normalize()
	if err := c.Check(); err != nil {
		return err
	}
	if s.cart(c.ID) != nil {
		return dao.Conflict{Field: "_id", Value: c.ID.String()}
	}
	s.fillIn(dao.KindCart, &c.ID, &c.CreatedAt, &c.UpdatedAt, &c.Rev)
	s.putCart(nil, &c)
	return nil
}

func (s step) loadMessage(m models.Message) error {
	m.Normalize()
	if err := m.Check(); err != nil {
		return err
	}
	_, stored := s.place(m.ID)
	if _, isNew := s.newMessage(m.ID); stored || isNew {
		return dao.Conflict{Field: "_id", Value: m.ID.String()}
	}
	rev := int64(1)
	s.fillIn(dao.KindMessage, &m.ID, &m.CreatedAt, new(models.Time), &rev)
	s.newMessages[m.ID] = m
	s.appendMessage(m.ID, models.JSON(m))
	return nil
}

// fillIn gives a loaded value what it does not bring along.
func (s step) fillIn(kind dao.Kind, id *models.ID, created, updated *models.Time, rev *int64) {
	if id.IsZero() {
		*id = models.NewID(s.now.Std())
	}
	if *created == 0 {
		*created = s.createdAt()
	}
	if *updated == 0 {
		*updated = *created
	}
	*rev = max(*rev, s.firstRev(kind, *id))
}

// dumpSize is how many values one batch of a dump holds.
const dumpSize = 1_000

// Dump hands out the store as it is now; what is written meanwhile is not in it.
func (e *engine) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	all := e.snapshot(e.feed, -1)
	at := dao.Position{Epoch: e.feed.epoch, Offset: all.offset}
	slices.SortFunc(all.products, func(a, b *models.Product) int { return a.ID.Compare(b.ID) })
	slices.SortFunc(all.carts, func(a, b *models.Cart) int { return a.ID.Compare(b.ID) })
	var batch dao.Batch
	give := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		full := batch
		batch = dao.Batch{}
		return visit(full)
	}
	for chunk := range slices.Chunk(all.products, dumpSize) {
		for _, p := range chunk {
			batch.Products = append(batch.Products, p.Clone())
		}
		if err := give(); err != nil {
			return at, err
		}
	}
	for chunk := range slices.Chunk(all.carts, dumpSize) {
		for _, c := range chunk {
			batch.Carts = append(batch.Carts, c.Clone())
		}
		if err := give(); err != nil {
			return at, err
		}
	}
	for i, n := 0, all.folded+len(all.fresh); i < n; i += dumpSize {
		var err error
		if batch.Messages, err = e.messages.read(i, min(i+dumpSize, n)); err != nil {
			return at, err
		}
		if err := give(); err != nil {
			return at, err
		}
	}
	return at, nil
}

// Ready says whether the store can still write.
func (e *engine) Ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return cmp.Or(e.committer.open(), e.present())
}

// Stats returns figures for whoever operates the shop.
func (e *engine) Stats() []dao.Stat {
	e.mu.RLock()
	products, carts, messages := len(e.products.byID), len(e.carts.byID), len(e.state.messages.ids)
	e.mu.RUnlock()
	return []dao.Stat{
		{Name: "products", Help: "Products in the store.", Value: float64(products)},
		{Name: "carts", Help: "Carts in the store.", Value: float64(carts)},
		{Name: "messages", Help: "Messages in the store.", Value: float64(messages)},
		{Name: "journal_bytes", Help: "Size of the journal files.", Value: float64(e.feed.bytes())},
		{Name: "folds_total", Help: "Times the JSON files were written anew.", Counter: true, Value: float64(e.folder.folds.Load())},
		{Name: "syncs_total", Help: "Times the journal was synced to disk.", Counter: true, Value: float64(e.committer.syncs.Load())},
		{Name: "sync_seconds_total", Help: "Time spent syncing the journal to disk.", Counter: true,
			Value: time.Duration(e.committer.waited.Load()).Seconds()},
	}
}

// Close ends the writes under way, folds the journal into the JSON files and lets go of the folder.
func (e *engine) Close() error {
	e.close.Do(func() {
		e.committer.stop()
		e.folder.running.Wait()
		var err error
		if !e.readOnly && e.committer.broken.Load() == nil {
			err = errors.Join(e.folder.fold(true), e.feed.liveSegment().trim())
		}
		err = errors.Join(err, e.feed.close(), e.state.messages.file.Close(), e.unlock())
		if err != nil {
			e.closeErr = fmt.Errorf("close store: %w", err)
		}
	})
	return e.closeErr
}
