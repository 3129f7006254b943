package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

const (
	pageSize = 1_000                  // how many documents one question asks for
	fresh    = 500 * time.Millisecond // how old a look may be for reading
	bigHead  = 16 << 10               // bytes, from which on a look does not read the head's changes again
)

// errOtherFeed says that the feed is not the one that this process knows.
var errOtherFeed = errors.New("the feed is another one")

// shared lets all who come while something is done share the next time that it is done.
type shared struct {
	mu      sync.Mutex
	running bool
	next    *flight
}

type flight struct {
	done chan struct{}
	err  error
}

// do has something done that begins from now on.
func (s *shared) do(ctx context.Context, what func() error) error {
	s.mu.Lock()
	if s.next == nil {
		s.next = &flight{done: make(chan struct{})}
	}
	mine := s.next
	if !s.running {
		s.running = true
		go s.run(what)
	}
	s.mu.Unlock()
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *shared) run(what func() error) {
	for {
		s.mu.Lock()
		one := s.next
		s.next = nil
		s.running = one != nil
		s.mu.Unlock()
		if one == nil {
			return
		}
		one.err = what()
		close(one.done)
	}
}

// token is a lock that one may wait for until a context is done.
type token chan struct{}

func newToken() token { return make(token, 1) }

func (t token) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t token) give() { <-t }

// look catches up with the feed: it is sent from now on. Those who come meanwhile share the next.
func (f *feed) look(ctx context.Context) error {
	return f.looks.do(ctx, func() error {
		return f.bounded(f.life, f.lookOnce)
	})
}

// freshen looks unless the last look is young enough.
func (f *feed) freshen(ctx context.Context, age time.Duration) error {
	if f.readOnly || time.Since(f.tail.state().lookAt) > age {
		return f.look(ctx)
	}
	return nil
}

// lookOnce is one find, from the head on. One is under way at a time.
func (f *feed) lookOnce(ctx context.Context) error {
	if err := f.learning.take(ctx); err != nil {
		return err
	}
	defer f.learning.give()
	for {
		was := f.tail.state()
		asked := time.Now()
		list, err := f.follow(ctx, was.head)
		if err == nil {
			err = f.tail.follow(was.head, list, asked)
		}
		if errors.Is(err, errOtherFeed) {
			return f.beginAnew(was)
		}
		if err != nil {
			return err
		}
		if len(list) > 0 {
			f.applier.wake()
		}
		if len(list) < pageSize {
			return nil
		}
	}
}

// follow returns the entries behind one that must still be there.
func (f *feed) follow(ctx context.Context, head *entry) ([]*entry, error) {
	q := query{filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: head.First}}}}, sort: by("_id"), limit: pageSize + 1}
	if head.size > bigHead { // the end of a load: it is asked for by its name
		there, err := findOne(ctx, f.coll, query{
			filter: bson.D{{Key: "_id", Value: head.First}}, fields: bson.D{{Key: "step", Value: 1}},
		})
		if step, _ := there.Lookup("step").ObjectIDOK(); err == nil && step != head.Step {
			err = errOtherFeed
		}
		if err != nil {
			return nil, err
		}
		q.filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: head.First}}}}
	}
	list, err := f.entries(ctx, q)
	if err != nil || head.size > bigHead {
		return list, err
	}
	if len(list) == 0 || list[0].Step != head.Step {
		return nil, errOtherFeed
	}
	return list[1:], nil
}

// entries finds entries. What no pulperia wrote is left out.
func (f *feed) entries(ctx context.Context, q query) (list []*entry, err error) {
	err = f.coll.find(ctx, q, func(raw bson.Raw) error {
		if e := parseEntry(raw); e != nil {
			list = append(list, e)
		}
		return nil
	})
	return list, err
}

// follow puts what a look found behind an entry in place, in one go. The committer may have added
// some of it meanwhile.
func (t *tail) follow(head *entry, list []*entry, asked time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i, known := slices.BinarySearchFunc(t.entries, head.First, byFirst); !known || t.entries[i].Step != head.Step {
		return errOtherFeed // somebody has begun anew
	}
	before := t.head()
	for _, e := range list {
		if e.First <= t.head().First {
			i, known := slices.BinarySearchFunc(t.entries, e.First, byFirst)
			if !known || t.entries[i].Step != e.Step {
				return errOtherFeed
			}
			continue
		}
		if e.First != t.head().end()+1 {
			return errOtherFeed
		}
		t.adopt(e)
	}
	t.lookAt = asked
	if t.head() != before {
		t.wake()
	}
	return nil
}

func byFirst(e *entry, first int64) int { return int(max(-1, min(1, e.First-first))) }

// beginAnew learns the feed afresh where it is not what this process knew: it was pruned while the
// process slept, or is another one. That takes many round trips, so it has a deadline of its own: with
// that of a call it would never be done where the database is far away.
func (f *feed) beginAnew(was tailState) error {
	f.at("anew")
	return f.within(f.life, learnTimeouts*f.Timeout, func(ctx context.Context) error {
		err := f.load(ctx, !f.readOnly)
		now := f.tail.state()
		// The feed may have been dropped with all that was beside it.
		if err == nil && !f.readOnly && now.epoch != was.epoch {
			err = errors.Join(f.makeIndexes(ctx), f.noteKinds(ctx))
		}
		if err == nil && now.epoch == was.epoch && now.end < was.end {
			err = errOtherFeed
		}
		return err
	})
}

// loadTail reads the end of the feed back to what is applied, older than the memory by its writers'
// clocks, or not kept.
func (f *feed) loadTail(ctx context.Context, meta storeMeta) (list []*entry, whole bool, err error) {
	old := bson.NewDateTimeFromTime(time.Now().Add(-2 * f.memory))
	const most = 50_000
	for before := int64(1 << 62); ; {
		q := query{
			filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: meta.Base}, {Key: "$lt", Value: before}}}},
			sort:   by("-_id"), limit: pageSize,
		}
		part, err := f.entries(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, e := range part {
			if len(list) > 0 && e.end()+1 != list[len(list)-1].First {
				slices.Reverse(list)
				return list, list[0].First <= meta.Base+1, nil // what is before a gap does not count
			}
			list = append(list, e)
		}
		if len(part) < pageSize {
			break
		}
		last := list[len(list)-1]
		if before = last.First; last.First <= list[0].Applied && (last.At < old && list[0].end()-last.First >= f.kept || len(list) >= most) {
			slices.Reverse(list)
			return list, true, nil
		}
	}
	slices.Reverse(list)
	return list, len(list) > 0 && list[0].First <= meta.Base+1, nil
}

// last returns the position of what was told last.
func (f *feed) last() dao.Position { return f.tail.position() }
