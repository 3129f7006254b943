// Package dbmanagers keeps a store in a MongoDB database: Atlas, a replica set, a standalone
// server, FerretDB.
//
//	feed                        the steps, {_id: first offset, n, step, at, by, applied, changes}
//	products, carts, messages   in the shape that a mongoose application of the same assignment reads and writes
//	the other kinds             in the shape of their JSON form (codec.go); no other program writes them
//	meta                        the identity of the store; the epoch and the base of the feed; how far
//	                            documents are brought forward; the kinds that not every shop has; when the
//	                            shop was open
//	presence                    who is here, in each process
//
// What is ours in a document stands in its sub-document pulperia: rev, feed (the offset of the last
// change that is in it), store, sum (of what that change told), and what listing and searching need,
// derived from the other fields.
//
// # How a step is made
//
// Neither transactions nor change streams are used, for not every server has them. The insert of a
// step into feed is its commit: one document, so that it is there whole or not at all.
//
//  1. Read (fetch.go, resolve.go): the documents that the step asks for, corrected by the end of the
//     feed, which every process knows (tail.go, look.go), as far as they are not brought forward yet.
//  2. Commit (line.go): all steps that wait run at the head, one on top of the other, and are
//     inserted in order behind it, one insert in flight. The unique _id lets one process win. Who
//     loses, or is not sure, looks; what has not its place runs again on the new head. So offsets have
//     no gap, and all that a step read is still so at its place. The writer answers here.
//  3. Apply (apply.go, settle.go): the documents are brought forward in the order of the feed, each
//     by the offset that it bears: idempotent, so whoever needs a document does it. A process that
//     dies between 2 and 3 leaves nothing undone.
//
// What other programs do to documents is told by steps in front of those that meet it (foreign.go).
// docs/adr/0022 has the rules, and what each of them is for.
package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/steps"
)

// Options are the settings of the engine. Zero values mean the defaults.
type Options struct {
	Password string        // for the place of <password> in the URL
	Keep     int           // how many changes the feed keeps at least; 0 leaves pruning it to others
	Timeout  time.Duration // of one operation on the database; 5 s
	Log      *slog.Logger  // slog.Default()
	Becomes  string        // the identity of the store that a restoration makes; "" for one of its own

	at         func(step string) // called between the parts of a step: tests end the process there
	sweepEvery time.Duration     // between two looks for what others did, and what need not be done often
	remember   time.Duration     // how long the feed is kept at least
	memory     time.Duration     // how long a process remembers: see tail
	kept       int64             // how many changes it remembers at least
	mutant     string            // a rule that is broken, to see that the simulation finds it
}

func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.at == nil {
		o.at = func(string) {}
	}
	o.memory = cmp.Or(o.memory, memory)
	o.remember = cmp.Or(o.remember, o.memory)
	o.kept = cmp.Or(o.kept, kept)
	return o
}

// Open opens the store in the database that a URL names, and makes what is missing there. A server
// that cannot be reached, or that does not let the user in, is dao.ErrUnavailable, in one line that
// shows the URL without its secrets.
func Open(ctx context.Context, url string, o Options) (dao.Store, error) {
	e, err := open(ctx, url, o)
	if err != nil {
		return dao.Store{}, err
	}
	if err := e.prepare(ctx); err != nil {
		return dao.Store{}, errors.Join(explainLater(url, o, err), e.Close())
	}
	e.start()
	return e.store(), nil
}

// OpenReadOnly opens a store to read it, beside whoever has it open. Nothing is written to the
// database, and what is not announced stays so. A database without a store is fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, url string, o Options) (dao.Store, error) {
	e, err := open(ctx, url, o)
	if err != nil {
		return dao.Store{}, err
	}
	e.readOnly = true
	if err = e.refuseUnfinished(ctx); err == nil {
		err = e.wantStore(ctx)
	}
	if err == nil {
		err = e.feed.load(ctx, false)
	}
	if err != nil {
		return dao.Store{}, errors.Join(explainLater(url, o, err), e.Close())
	}
	return e.store(), nil
}

func open(ctx context.Context, url string, o Options) (*engine, error) {
	o = o.withDefaults()
	client, db, seen, err := connect(ctx, url, o)
	if err != nil {
		return nil, err
	}
	d := driven{client, db}
	e := newEngine(d, o)
	e.servers, e.presence.docs, e.head.docs = seen, d.quick("presence"), d.quick("presence")
	return e, nil
}

// engine is an open store as a whole.
type engine struct {
	server  database
	servers *watcher
	meta    table
	Options
	readOnly bool
	apart    atomic.Bool // the server does not unite collections
	gate     gate
	clock    dao.Clock
	figures  figures
	tasks    sync.Map // *retry.Task of what goes on in the background, by name

	feed        *feed
	head        *head
	line        *steps.Line[*stock]
	applier     *applier
	collections []*collection // of all kinds, in the order of a dump
	presence    *presence
	claiming    shared
	claimFrom   atomic.Int64    // when a reader may have it looked for what others inserted, in nanoseconds
	life        context.Context // of what runs in the background
	stop        context.CancelFunc
	running     sync.WaitGroup
}

// figures are counted for whoever operates the shop.
type figures struct {
	announced, lost, claimed, noticed, failed atomic.Int64
	values                                    sync.Map // int64 by kind
}

func newEngine(db database, o Options) *engine {
	e := &engine{server: db, meta: db.table("meta"), servers: new(watcher), Options: o.withDefaults(), head: &head{turn: newToken()}}
	e.life, e.stop = context.WithCancel(context.Background())
	e.feed = newFeed(e, db.table("feed"))
	for _, s := range dao.Kinds() {
		c := &collection{engine: e, Schema: s, form: formOf(s)}
		c.name(storeMeta{})
		e.collections = append(e.collections, c)
	}
	e.feed.tail.forget, e.feed.tail.memory, e.feed.tail.kept = e.forget, e.memory, e.kept
	e.applier = &applier{engine: e, signal: make(chan struct{}, 1), turn: newToken(), news: make(chan struct{}, 1)}
	e.line = steps.NewLine(e.life, lineLog{&committer{engine: e, head: e.head}})
	e.presence = &presence{docs: db.table("presence"), timeout: e.Timeout}
	e.head.docs = db.table("presence")
	return e
}

// forget has the rounds forget what is deleted; all where no change is given.
func (e *engine) forget(c *change) {
	for _, of := range e.collections {
		if c == nil {
			of.walk.forget()
		} else if of.Kind == c.Kind {
			of.walk.forget(c.id())
		}
	}
}

// byKind returns the collection of a kind; nil for one that this program does not know.
func (e *engine) byKind(kind dao.Kind) *collection {
	for _, c := range e.collections {
		if c.Kind == kind {
			return c
		}
	}
	return nil
}

func (e *engine) store() dao.Store {
	v := values{e}
	return dao.Store{
		Products: products{dao.Product.In(v), e.of(dao.Product.Schema)},
		Carts:    dao.Cart.In(v),
		Messages: messages{dao.Appends{Updater: e}, e.of(dao.Message.Schema)},
		Values:   v,
		Feed:     e.feed,
		Presence: e.presence,
		Engine:   e,
		Shared:   true,
	}
}

// prepare makes the indexes and the feed's beginning where they are missing.
func (e *engine) prepare(ctx context.Context) error {
	if err := e.refuseUnfinished(ctx); err != nil {
		return err
	}
	if err := e.bringForward(ctx); err != nil {
		return err
	}
	if err := e.makeIndexes(ctx); err != nil {
		return err
	}
	if err := e.feed.load(ctx, true); err != nil {
		return err
	}
	e.findOdd(ctx)
	e.warnOfIndexes(ctx)
	return e.noteKinds(ctx)
}

// findOdd notes where there are documents whose _id is no ObjectID.
func (e *engine) findOdd(ctx context.Context) {
	for _, c := range e.shared() {
		odd, err := findOne(ctx, c.table(), query{filter: bson.D{{Key: idField, Value: bson.D{{Key: "$exists", Value: true}}}}})
		c.odd.Store(odd != nil || err != nil)
	}
}

// start begins what goes on in the background until Close.
func (e *engine) start() {
	e.running.Go(func() { e.applier.run(e.life) })
	e.running.Go(func() { e.applier.keepNoted(e.life) })
	e.running.Go(func() { e.feed.watch(e.life) })
	e.running.Go(func() { e.watchOthers(e.life) })
	e.running.Go(func() { e.tidy(e.life) })
	e.applier.wake()
}

// Ready has the primary acknowledge a write. It changes nothing, but needs all that a change needs.
func (e *engine) Ready(ctx context.Context) error {
	leave, err := e.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	if e.readOnly {
		return e.readError(ctx, "ask the database", e.server.ping(ctx))
	}
	_, err = e.setMeta(ctx, nil, bson.D{{Key: "$max", Value: bson.D{{Key: "base", Value: int64(0)}}}})
	return e.readError(ctx, "write to the database", err)
}

// Identity names the store.
func (e *engine) Identity() string { return e.identity() }

// Become has the store go by another identity, in every process.
func (e *engine) Become(ctx context.Context, identity string) error {
	if err := dao.CheckIdentity(identity); err != nil {
		return fmt.Errorf("take an identity: %w", err)
	}
	ctx, leave, err := e.enterWrite(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if _, err := e.setMeta(ctx, nil, set("identity", identity)); err != nil {
		return writeError("take an identity", err)
	}
	e.feed.tail.mu.Lock()
	defer e.feed.tail.mu.Unlock()
	e.feed.tail.meta.Identity = identity
	return nil
}

// Stats returns figures for whoever operates the shop. Those of the database are some seconds old.
func (e *engine) Stats() []dao.Stat {
	gauge := func(name, help string, value int64) dao.Stat {
		return dao.Stat{Name: name, Help: help, Value: float64(value)}
	}
	counter := func(name, help string, value *atomic.Int64) dao.Stat {
		return dao.Stat{Name: name, Help: help, Counter: true, Value: float64(value.Load())}
	}
	at := e.feed.tail.state()
	f := &e.figures
	var stats []dao.Stat
	for _, c := range e.collections {
		n, _ := f.values.Load(c.Kind)
		counted, _ := n.(int64)
		stats = append(stats, c.Stat("in the store, as last counted", int(counted)))
	}
	return append(stats, []dao.Stat{
		gauge("feed_changes", "Changes that the feed keeps.", at.end-at.base),
		gauge("feed_unapplied", "Changes that this process does not know to be in the documents yet.", at.end-at.applied),
		counter("commits_total", "Steps that this process put into the feed.", &f.announced),
		counter("commit_retries_total", "Times another process had taken the next place in the feed.", &f.lost),
		counter("claimed_total", "Documents of other programs that were taken in.", &f.claimed),
		counter("noticed_total", "Changes that other programs made and this process noticed.", &f.noticed),
		counter("failures_total", "Operations on the database that failed in the background.", &f.failed),
	}...)
}

// Close waits for the writes under way, brings the documents forward, and disconnects.
func (e *engine) Close() error {
	if !e.gate.close() {
		return nil
	}
	e.line.Close()
	ctx, cancel := context.WithTimeout(context.Background(), e.Timeout)
	defer cancel()
	if known := e.feed.known(); known.head != nil && !e.readOnly && e.reachable() == nil {
		if e.applier.bring(ctx, known.end) == nil { // what is not, others bring forward
			e.noteApplied(ctx)
		}
	}
	e.stop()
	e.running.Wait()
	if err := e.server.close(ctx); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
