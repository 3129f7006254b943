package dbmanagers

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// loads is what a process remembers of the loads under way that it sees.
type loads struct {
	mu     sync.Mutex
	alive  map[string]bool      // its own
	ended  map[string]bool      // its own, that failed: nobody needs to wait whether they go on
	seen   map[string]loadSeen  // records
	strays map[string]time.Time // names of loads without a record that documents bear, since when
}

// loadSeen is a record as it was last seen, and since when it has been so.
type loadSeen struct {
	beats int64
	since time.Time
}

func newLoads() *loads {
	return &loads{alive: make(map[string]bool), ended: make(map[string]bool), seen: make(map[string]loadSeen), strays: make(map[string]time.Time)}
}

// begin notes that this process is at a load; end that it is not any more.
func (l *loads) begin(name string) (end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive[name] = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.alive, name)
	}
}

// giveUp undoes a load that has failed, unless it is committed. What cannot be done now the sweeper
// does, when it can.
func (e *engine) giveUp(ctx context.Context, name string) {
	e.loads.mu.Lock()
	e.loads.ended[name] = true
	e.loads.mu.Unlock()
	e.note(ctx, "undo a load", e.undoLoad(ctx, name))
}

// undoLoad removes what a load has inserted, unless it is committed.
func (e *engine) undoLoad(ctx context.Context, name string) error {
	var committed bool
	err := e.bounded(ctx, func(ctx context.Context) error {
		_, err := e.meta.UpdateOne(ctx, bson.M{"_id": name, "load": loadOpen}, bson.M{"$set": bson.M{"load": loadUndone}})
		if err != nil {
			return err
		}
		n, err := e.meta.CountDocuments(ctx, bson.M{"_id": name, "load": loadCommitted})
		committed = n > 0
		return err
	})
	if err != nil || committed {
		return err
	}
	for _, c := range e.collections {
		err := e.inParts(ctx, c, bson.M{loadField: name, stampField: loading}, func(ctx context.Context, part bson.M) error {
			_, err := c.coll.DeleteMany(ctx, part)
			return err
		})
		if err != nil {
			return err
		}
	}
	return e.bounded(ctx, func(ctx context.Context) error {
		_, err := e.meta.DeleteOne(ctx, bson.M{"_id": name, "load": loadUndone})
		return err
	})
}

// readLoads returns the records of the loads under way, by name.
func (e *engine) readLoads(ctx context.Context) (map[string]loadRecord, error) {
	records := make(map[string]loadRecord)
	return records, e.bounded(ctx, func(ctx context.Context) error {
		cursor, err := e.meta.Find(ctx, ourLoad)
		if err != nil {
			return err
		}
		var list []loadRecord
		err = cursor.All(ctx, &list)
		for _, record := range list {
			records[record.ID] = record
		}
		return err
	})
}

// finishLoads finishes or undoes the loads of processes that are gone: those whose record stands
// still. It returns those that are under way.
func (e *engine) finishLoads(ctx context.Context) (map[string]loadRecord, error) {
	records, err := e.readLoads(ctx)
	if err != nil {
		return nil, err
	}
	for name, record := range records {
		if !e.loads.ready(record, e.loadPatience) {
			continue
		}
		finish := e.undoLoad
		if record.State == loadCommitted {
			finish = e.showLoad
		}
		if err := finish(ctx, name); err != nil {
			return records, err
		}
	}
	e.loads.keep(records)
	return records, nil
}

// ready says whether nobody else will finish a load.
func (l *loads) ready(record loadRecord, patience time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, known := l.seen[record.ID]
	if !known || before.beats != record.Beats {
		before = loadSeen{record.Beats, time.Now()}
		l.seen[record.ID] = before
	}
	return l.ended[record.ID] || !l.alive[record.ID] && time.Since(before.since) >= patience
}

// keep forgets the loads that have no record any more.
func (l *loads) keep(records map[string]loadRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name := range l.seen {
		if _, there := records[name]; !there {
			delete(l.seen, name)
			delete(l.ended, name)
		}
	}
}

// removeStrays removes documents of loads that have no record: they came, late, after their load
// had been undone.
func (e *engine) removeStrays(ctx context.Context) error {
	named := make(map[string]bool)
	for _, c := range e.collections {
		some := options.Find().SetProjection(bson.M{loadField: 1}).SetLimit(pageSize)
		err := e.bounded(ctx, func(ctx context.Context) error {
			return c.each(ctx, bson.M{stampField: loading}, some, func(rec record) error { named[rec.load] = true; return nil })
		})
		if err != nil {
			return err
		}
	}
	if len(named) == 0 {
		return nil
	}
	records, err := e.readLoads(ctx) // after the documents: theirs were there before them
	if err != nil {
		return err
	}
	for name := range named {
		if _, there := records[name]; there || !e.loads.stray(name, e.loadPatience) {
			continue
		}
		if err := e.undoLoad(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// stray says whether documents have borne a name without a record for long enough.
func (l *loads) stray(name string, patience time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	since, known := l.strays[name]
	if !known {
		since = time.Now()
		l.strays[name] = since
	}
	if time.Since(since) < patience {
		return false
	}
	delete(l.strays, name)
	return true
}
