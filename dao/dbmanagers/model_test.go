package dbmanagers

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// modelServer is a server in memory of which, as of the real ones, each operation on one document is
// atomic and nothing else is. Commands take their time there and back, and lose their way, as its
// faults say.
type modelServer struct {
	mu     sync.Mutex
	tables map[string]*modelTable
	random *rand.Rand
	faults faults
	asked  int                              // commands
	apart  bool                             // it does not unite collections
	watch  func(table string, doc bson.Raw) // called for each document that is inserted
}

// faults is how commands go wrong, in percent: those that do not arrive, whose answer is lost, that
// arrive late, that end in the middle.
type faults struct {
	roundTrip              time.Duration
	lost, unanswered, torn int
	late                   int
	longest                time.Duration // that a command may be late
	gap                    time.Duration // between two documents of a command, at most
}

type modelTable struct {
	name   string
	keys   []bson.RawValue // of the documents, in order
	docs   map[string]bson.Raw
	unique []index
	made   []index
}

func newModelServer(seed uint64) *modelServer {
	return &modelServer{tables: map[string]*modelTable{}, random: rand.New(rand.NewPCG(seed, 0))}
}

// modelClient is one process's way to the server.
type modelClient struct {
	*modelServer
	down atomic.Bool // nothing arrives any more
}

var _ database = (*modelClient)(nil)

func (m *modelClient) table(name string) table { return modelHandle{m, name} }

func (m *modelClient) ping(context.Context) error { return nil }

func (m *modelClient) close(context.Context) error { return nil }

func (m *modelClient) unite(ctx context.Context, tables []string, filter bson.D, limit int64, visit func(string, bson.Raw)) error {
	if m.apart {
		return errNotUnited
	}
	found := map[string][]bson.Raw{}
	err := modelHandle{m, tables[0]}.command(ctx, func(*modelTable) bool {
		for _, name := range tables {
			found[name] = m.at(name).selected(query{filter: filter, sort: by("_id"), limit: limit})
		}
		return true
	})
	if err != nil { // it may still arrive
		return err
	}
	for name, docs := range found {
		for _, doc := range docs {
			visit(name, slices.Clone(doc))
		}
	}
	return nil
}

// modelHandle is a table as one process reaches it.
type modelHandle struct {
	*modelClient
	of string
}

func (h modelHandle) name() string { return h.of }

// chance draws under the lock.
func (m *modelServer) chance(n int64) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.Int64N(max(n, 1))
}

// command sends parts of which each is atomic; one that returns false is the last.
func (h modelHandle) command(ctx context.Context, parts ...func(*modelTable) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.mu.Lock()
	h.asked++
	f := h.faults
	h.mu.Unlock()
	trip := f.roundTrip
	there, back := time.Duration(0), time.Duration(0)
	if trip > 0 {
		there, back = trip/4+time.Duration(h.chance(int64(trip/2))), trip/4+time.Duration(h.chance(int64(trip/2)))
	}
	answered := true
	if r := int(h.chance(100)); h.down.Load() || r < f.lost {
		parts, answered = nil, false
	} else if r -= f.lost; r < f.unanswered {
		answered = false
	} else if r -= f.unanswered; r < f.late {
		there, answered = time.Duration(h.chance(int64(f.longest))), false
	} else if r -= f.late; r < f.torn && len(parts) > 1 {
		parts, answered = parts[:1+h.chance(int64(len(parts)-1))], false
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if there > 0 {
			time.Sleep(there)
		}
		for i, part := range parts {
			h.mu.Lock()
			more := part(h.at(h.of))
			h.mu.Unlock()
			if !more {
				break
			}
			if i+1 < len(parts) && f.gap > 0 && h.chance(4) == 0 {
				time.Sleep(time.Duration(h.chance(int64(f.gap))))
			}
		}
		if back > 0 {
			time.Sleep(back)
		}
	}()
	if !answered {
		<-ctx.Done()
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// at returns a table. The caller holds the lock.
func (m *modelServer) at(name string) *modelTable {
	t := m.tables[name]
	if t == nil {
		t = &modelTable{name: name, docs: map[string]bson.Raw{}}
		m.tables[name] = t
	}
	return t
}

// select_ returns the documents of a query. The caller holds the lock.
func (t *modelTable) selected(q query) (list []bson.Raw) {
	filter := marshal(filterOr(q.filter))
	for _, key := range t.candidates(filter) {
		if doc := t.docs[keyOf(key)]; doc != nil && matches(doc, filter) {
			list = append(list, doc)
		}
	}
	if len(q.sort) > 0 && !(len(q.sort) == 1 && q.sort[0].Key == "_id" && q.sort[0].Value == 1) {
		slices.SortStableFunc(list, func(a, b bson.Raw) int {
			for _, by := range q.sort {
				order := compareRaw(sortValue(a, by.Key), sortValue(b, by.Key))
				if by.Value == -1 {
					order = -order
				}
				if order != 0 {
					return order
				}
			}
			return 0
		})
	}
	list = list[min(int(q.skip), len(list)):]
	if q.limit > 0 {
		list = list[:min(int(q.limit), len(list))]
	}
	return list
}

// candidates returns the keys that a filter may select, by its _id.
func (t *modelTable) candidates(filter bson.Raw) []bson.RawValue {
	id, err := filter.LookupErr("_id")
	if err != nil {
		return t.keys
	}
	inner, ok := id.DocumentOK()
	if !ok {
		return []bson.RawValue{id}
	}
	if in, err := inner.LookupErr("$in"); err == nil {
		keys := valuesOf(in)
		slices.SortFunc(keys, compareRaw)
		return slices.CompactFunc(keys, func(a, b bson.RawValue) bool { return compareRaw(a, b) == 0 })
	}
	if from, err := inner.LookupErr("$gte"); err == nil {
		i, _ := slices.BinarySearchFunc(t.keys, from, compareRaw)
		return t.keys[i:]
	}
	return t.keys
}

func (h modelHandle) find(ctx context.Context, q query, visit func(bson.Raw) error) error {
	var list []bson.Raw
	if err := h.command(ctx, func(t *modelTable) bool { list = slices.Clone(t.selected(q)); return true }); err != nil {
		return err
	}
	for _, doc := range list {
		if err := visit(slices.Clone(doc)); err != nil {
			return err
		}
	}
	return nil
}

func (h modelHandle) count(ctx context.Context, filter any) (int64, error) {
	var n int64
	if err := h.command(ctx, func(t *modelTable) bool { n = int64(len(t.selected(query{filter: filter}))); return true }); err != nil {
		return 0, err
	}
	return n, nil
}

func (h modelHandle) groups(ctx context.Context, filter any, field string) (map[string]int, error) {
	counts := map[string]int{}
	if err := h.command(ctx, func(t *modelTable) bool {
		for _, doc := range t.selected(query{filter: filter}) {
			counts[textOf(sortValue(doc, field))]++
		}
		return true
	}); err != nil {
		return nil, err
	}
	return counts, nil
}

var errModelDuplicate = mongo.WriteError{Code: duplicateKey, Message: "duplicate key"}

// add inserts a document. The caller holds the lock.
func (m *modelServer) add(t *modelTable, doc bson.Raw) error {
	key := doc.Lookup("_id")
	if t.docs[keyOf(key)] != nil || t.doubled(doc, nil) {
		return errModelDuplicate
	}
	i, _ := slices.BinarySearchFunc(t.keys, key, compareRaw)
	t.keys = slices.Insert(slices.Clone(t.keys), i, key)
	t.docs[keyOf(key)] = doc
	if m.watch != nil {
		m.watch(t.name, doc)
	}
	return nil
}

// doubled says whether another document has what must be unique.
func (t *modelTable) doubled(doc, but bson.Raw) bool {
	for _, one := range t.unique {
		value := sortValue(doc, one.keys[0].Key)
		for _, other := range t.docs {
			if !slices.Equal(other, but) && compareRaw(sortValue(other, one.keys[0].Key), value) == 0 {
				return true
			}
		}
	}
	return false
}

func (t *modelTable) remove(doc bson.Raw) {
	key := doc.Lookup("_id")
	i, _ := slices.BinarySearchFunc(t.keys, key, compareRaw)
	t.keys = slices.Delete(slices.Clone(t.keys), i, i+1)
	delete(t.docs, keyOf(key))
}

func (h modelHandle) insert(ctx context.Context, docs []bson.Raw, ordered bool) error {
	list := make([]write, len(docs))
	for i, doc := range docs {
		list[i] = write{insertOne, nil, doc}
	}
	_, err := h.write(ctx, ordered, list...)
	return err
}

func (h modelHandle) write(ctx context.Context, ordered bool, list ...write) (did int64, err error) {
	var mu sync.Mutex
	var failed mongo.BulkWriteException
	n := int64(0)
	parts := make([]func(*modelTable) bool, len(list))
	for i, w := range list {
		update := asRaw(w.update)
		filter := asRaw(filterOr(w.filter))
		parts[i] = func(t *modelTable) bool {
			mu.Lock()
			defer mu.Unlock()
			m, err := h.writeOne(t, w.kind, filter, update)
			if n += m; err == nil {
				return true
			}
			failed.WriteErrors = append(failed.WriteErrors, mongo.BulkWriteError{WriteError: *err, Request: nil})
			failed.WriteErrors[len(failed.WriteErrors)-1].Index = i
			return !ordered
		}
	}
	if err := h.command(ctx, parts...); err != nil {
		return 0, err
	}
	mu.Lock()
	defer mu.Unlock()
	if len(failed.WriteErrors) > 0 {
		return n, failed
	}
	return n, nil
}

func asRaw(v any) bson.Raw {
	if v == nil {
		return nil
	}
	return marshal(v)
}

// writeOne does one write. The caller holds the lock.
func (m *modelServer) writeOne(t *modelTable, kind writeKind, filter, update bson.Raw) (n int64, failed *mongo.WriteError) {
	defer func() {
		if refused, is := recover().(refusedUpdate); is {
			failed = &mongo.WriteError{Code: 28, Message: string(refused)}
		}
	}()
	if kind == insertOne {
		if err := m.add(t, update); err != nil {
			return 0, asWriteError(err)
		}
		return 1, nil
	}
	found := t.selected(query{filter: filter})
	if kind != updateMany && kind != deleteMany {
		found = found[:min(len(found), 1)]
	}
	if kind == upsertOne && len(found) == 0 {
		var doc bson.D
		elements, _ := filter.Elements()
		for _, e := range elements {
			doc = append(doc, bson.E{Key: e.Key(), Value: e.Value()})
		}
		if err := m.add(t, marshal(altered(doc, asD(update), true))); err != nil {
			return 0, asWriteError(err)
		}
		return 1, nil
	}
	for _, doc := range found {
		if kind == deleteOne || kind == deleteMany {
			t.remove(doc)
			continue
		}
		var next bson.Raw
		if kind == replaceOne {
			next = update
		} else {
			next = marshal(altered(asD(doc), asD(update), false))
		}
		if t.doubled(next, doc) {
			return n, &errModelDuplicate
		}
		t.docs[keyOf(doc.Lookup("_id"))] = next
	}
	return int64(len(found)), nil
}

func asWriteError(err error) *mongo.WriteError {
	one, _ := errors.AsType[mongo.WriteError](err)
	return &one
}

func (h modelHandle) indexes(ctx context.Context) ([]index, error) {
	var list []index
	if err := h.command(ctx, func(t *modelTable) bool { list = slices.Clone(t.made); return true }); err != nil {
		return nil, err
	}
	return list, nil
}

func (h modelHandle) makeIndexes(ctx context.Context, list []index) error {
	return h.command(ctx, func(t *modelTable) bool {
		for _, one := range list {
			if !slices.ContainsFunc(t.made, func(o index) bool { return o.name() == one.name() }) {
				t.made = append(t.made, one)
			}
			if one.unique {
				t.unique = append(t.unique, one)
			}
		}
		return true
	})
}

func (h modelHandle) dropIndex(ctx context.Context, name string) error {
	return h.command(ctx, func(t *modelTable) bool {
		t.made = slices.DeleteFunc(t.made, func(o index) bool { return o.name() == name })
		t.unique = slices.DeleteFunc(t.unique, func(o index) bool { return o.name() == name })
		return true
	})
}
