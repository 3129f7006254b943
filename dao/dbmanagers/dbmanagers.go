// Package dbmanagers keeps a store in a MongoDB database: Atlas, a replica set, a standalone
// server, FerretDB.
//
//	products, carts, messages   in the shape that a mongoose application of the same assignment reads and writes
//	the other kinds             in the shape of their JSON form (codec.go); no other program writes them
//	feed                        the changes, {_id: offset, at, kind, op, id, rev, doc}
//	meta                        the identity of the store; the epoch and the base of the feed; the kinds that not every shop has; loads under way; when the shop was open
//	presence                    who is here, in each process
//
// What is ours in a document stands in its sub-document pulperia: rev, feed (the offset of its last
// change), and what listing and searching need, derived from the other fields.
//
// # How a change is made
//
// Neither transactions nor change streams are used, for not every server has them. A change goes in
// three steps:
//
//  1. Change (collection.go): one atomic operation on one document, filtered by its revision, which
//     also makes pulperia.feed null: the change is made and not yet announced.
//  2. Announce (announce.go): insert it into the feed under the next offset. That _id is unique, so
//     that processes agree on one order without gaps, and whoever inserts has seen all that is
//     before: so he knows what was told last of each value (told.go), and it is announced once,
//     above that, whoever does it.
//  3. Stamp: pulperia.feed becomes the offset; a deleted document is removed.
//
// The writer answers after the second step. Whoever meets a document that is not announced finishes
// it first: the next writer of it, a page of messages, and the sweeper (sweep.go) that looks for
// them. So a process that dies between two steps leaves nothing undone, revisions stand in the feed
// in their order, and nothing is announced twice.
//
// Documents that other programs insert have no pulperia. They match "not announced", too, and are
// claimed. What other programs change in a document of ours is found by the patrol (patrol.go) and
// announced as a change, and so is one that they put back from an old copy; what they delete is
// announced as a delete.
package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
)

// Options are the settings of the engine. Zero values mean the defaults.
type Options struct {
	Password string        // for the place of <password> in the URL
	Keep     int           // how many changes the feed keeps at least; 0 leaves pruning it to others
	Timeout  time.Duration // of one operation on the database; 5 s
	Log      *slog.Logger  // slog.Default()
	Becomes  string        // the identity of the store that a restoration makes; "" for one of its own

	at           func(step string) // called between the steps of a change: tests end the process there
	sweepEvery   time.Duration     // between two looks for what others left undone
	loadPatience time.Duration     // how long the record of a load may stand still before others finish it
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
	if o.sweepEvery == 0 {
		o.sweepEvery = 500 * time.Millisecond
	}
	if o.loadPatience == 0 {
		o.loadPatience = 6 * o.Timeout
	}
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
	e := newEngine(client, db, o)
	e.servers = seen
	return e, nil
}

// engine is an open store as a whole.
type engine struct {
	client  *mongo.Client
	servers *watcher
	meta    *mongo.Collection
	Options
	readOnly bool
	gate     gate
	clock    dao.Clock
	figures  figures
	tasks    sync.Map // *retry.Task of what goes on in the background, by name

	feed        *feed
	announcer   *announcer
	stamper     *stamper
	collections []*collection // of all kinds, in the order of a dump
	appender    *appender
	presence    *presence
	loads       *loads
	stop        context.CancelFunc // of what runs in the background
	running     sync.WaitGroup
}

// figures are counted for whoever operates the shop.
type figures struct {
	announced, lost, finished, claimed, noticed, failed atomic.Int64
	values                                              sync.Map // int64 by kind
}

func newEngine(client *mongo.Client, db *mongo.Database, o Options) *engine {
	e := &engine{client: client, meta: db.Collection("meta"), Options: o}
	e.feed = newFeed(e, db.Collection("feed"))
	for _, s := range dao.Kinds() {
		e.collections = append(e.collections, &collection{engine: e, Schema: s, form: formOf(s), coll: db.Collection(s.Plural)})
	}
	e.loads = newLoads()
	e.announcer = newAnnouncer(e)
	e.stamper = newStamper(e)
	e.appender = newAppender(e)
	e.presence = &presence{coll: db.Collection("presence"), timeout: o.Timeout}
	return e
}

func (e *engine) store() dao.Store {
	v := values{e}
	return dao.Store{
		Products: products{dao.Product.In(v), e.of(dao.Product.Schema)},
		Carts:    dao.Cart.In(v),
		Messages: messages{e.of(dao.Message.Schema)},
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
	if err := e.makeIndexes(ctx); err != nil {
		return err
	}
	if err := e.feed.load(ctx, true); err != nil {
		return err
	}
	return e.noteKinds(ctx)
}

// start begins what goes on in the background until Close.
func (e *engine) start() {
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	e.running.Go(func() { e.announcer.run(ctx) })
	e.running.Go(func() { e.stamper.run(ctx) })
	e.running.Go(func() { e.appender.run(ctx) })
	e.running.Go(func() { e.feed.follow(ctx) })
	e.running.Go(func() { e.sweep(ctx) })
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
		return e.readError(ctx, "ask the database", e.client.Ping(ctx, nil))
	}
	_, err = e.meta.UpdateOne(ctx, bson.M{"_id": storeID}, bson.M{"$max": bson.M{"base": int64(0)}})
	return e.readError(ctx, "write to the database", err)
}

// Identity names the store.
func (e *engine) Identity() string { return e.feed.known() }

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
	if _, err := e.meta.UpdateOne(ctx, bson.M{"_id": storeID}, bson.M{"$set": bson.M{"identity": identity}}); err != nil {
		return writeError("take an identity", err)
	}
	e.feed.mu.Lock()
	defer e.feed.mu.Unlock()
	e.feed.identity = identity
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
	base, head := e.feed.bounds()
	f := &e.figures
	var stats []dao.Stat
	for _, c := range e.collections {
		n, _ := f.values.Load(c.Kind)
		counted, _ := n.(int64)
		stats = append(stats, c.Stat("in the store, as last counted", int(counted)))
	}
	return append(stats, []dao.Stat{
		gauge("feed_changes", "Changes that the feed keeps.", head-base),
		counter("announced_total", "Changes that this process put into the feed.", &f.announced),
		counter("announce_retries_total", "Times another process had taken the next offset.", &f.lost),
		counter("finished_total", "Changes of other processes that this one finished.", &f.finished),
		counter("claimed_total", "Documents of other programs that were taken in.", &f.claimed),
		counter("noticed_total", "Changes that other programs made and this process noticed.", &f.noticed),
		counter("failures_total", "Operations on the database that failed in the background.", &f.failed),
	}...)
}

// Close waits for the writes under way, lets what is announced be stamped, and disconnects.
func (e *engine) Close() error {
	if !e.gate.close() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), e.Timeout)
	defer cancel()
	e.stamper.drain(ctx)
	if e.stop != nil {
		e.stop()
	}
	e.running.Wait()
	if err := e.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
