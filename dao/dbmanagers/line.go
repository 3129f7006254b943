package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

const (
	mostSteps = 1_000   // of one insert
	mostBytes = 8 << 20 // of the documents of one insert
	mostAhead = 10 * mostSteps
)

// lineLog is the feed as the line of those who write needs it: [steps.Log]. The insert of a step is
// its commit.
type lineLog struct{ *committer }

var _ steps.Log[*stock] = lineLog{}

// committer puts batches at the head of the feed. Each who makes batches has one of his own.
type committer struct {
	*engine
	*head

	// Of the batch that gathers:
	notices map[*steps.Step]notice
	encoded map[*steps.Step][]*change
	bytes   int
	on      *entry // the head that it lies on
}

// head is the end of the feed, where one insert is in flight.
type head struct {
	turn token
	turns
}

// Begin returns an empty batch at the head.
func (l lineLog) Begin(ctx context.Context) (*steps.Batch, error) {
	if err := l.feed.freshen(ctx, l.ageAllowed()); err != nil {
		return nil, l.notDone("look at the feed", err)
	}
	if l.turns.wait(ctx) {
		if err := l.feed.look(ctx); err != nil {
			return nil, l.notDone("look at the feed", err)
		}
	}
	if wait := time.Until(time.Unix(0, l.feed.quiet.Load())); wait > 0 && wait <= between { // an epoch has begun
		sleep(ctx, wait)
	}
	for at := l.feed.tail.state(); at.end-at.applied > mostAhead; at = l.feed.tail.state() {
		if err := l.applier.bring(ctx, at.end-mostAhead/2); err != nil {
			return nil, l.notDone("bring documents forward", err)
		}
	}
	return l.begin(), nil
}

// ageAllowed is how old a look may be that an insert stands on.
func (l lineLog) ageAllowed() time.Duration {
	if l.mutant == "stale-look" {
		return time.Hour
	}
	return l.memory / 2
}

func (c *committer) begin() *steps.Batch {
	at := c.feed.tail.state()
	c.notices, c.encoded, c.bytes, c.on = map[*steps.Step]notice{}, map[*steps.Step][]*change{}, 0, at.head
	l := lineLog{c}
	return steps.NewBatch(l.Base(nil, nil), steps.Options{Head: at.end, At: models.Time(at.head.At), Clock: &c.clock, Size: c.encode})
}

// notDone is the error of a write that was never sent.
func (e *engine) notDone(what string, err error) error {
	if errors.Is(err, dao.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%s: %w: %w", what, dao.ErrUnavailable, err)
}

// Full says whether a batch takes no more steps.
func (l lineLog) Full(b *steps.Batch) bool {
	return len(b.Steps()) >= mostSteps-1 || l.bytes >= mostBytes
}

// Position returns that of an offset.
func (l lineLog) Position(offset int64) dao.Position {
	return dao.Position{Epoch: l.feed.last().Epoch, Offset: offset}
}

// encode writes a change of a step down and returns its size.
func (c *committer) encode(step *steps.Step, n int) int {
	made := c.changeOf(step.Changes[n])
	c.encoded[step] = append(c.encoded[step][:n], made)
	size := len(made.Doc) + 100
	c.bytes += size
	return size
}

// changeOf is a change as the feed holds it.
func (e *engine) changeOf(c steps.Change) *change {
	made := &change{Kind: c.Schema.Kind, Op: opCreate, ID: objectID(c.ID), Rev: c.Rev, value: c.After, before: c.Before}
	if key, odd := e.of(c.Schema).oddKeys.Load(c.ID); odd {
		made.Key = key
	}
	switch {
	case c.After == nil:
		made.Op = opDelete
		return made
	case c.Before != nil:
		made.Op = opUpdate
		made.Set, made.Inc = e.of(c.Schema).difference(c.Before, c.After)
	}
	made.Doc = string(models.JSON(c.After))
	return made
}

// entryOf is a step as the feed holds it.
func (c *committer) entryOf(step *steps.Step, applied int64) *entry {
	e := &entry{
		First: step.First, N: int64(len(step.Changes)), Step: bson.NewObjectID(), At: bson.DateTime(step.At), By: step.By,
		Applied: applied, Changes: c.encoded[step],
	}
	if how, foreign := c.notices[step]; foreign {
		told := step.Changes[0]
		told.After = how.value
		one := c.changeOf(told)
		one.Op = how.op
		e.Changes = []*change{one}
	}
	step.ID = models.ID(e.Step)
	e.number()
	return e
}

// Append inserts the steps of a batch.
func (l lineLog) Append(ctx context.Context, b *steps.Batch) (stand int, err error) {
	if err := l.turn.take(ctx); err != nil {
		return 0, l.notDone("commit", err)
	}
	defer l.turn.give()
	at := l.feed.tail.state()
	if at.head != l.on { // a load or a look came between
		return 0, nil
	}
	if err := l.noteKindsOf(ctx, b.Steps()); err != nil {
		return 0, l.notDone("note a kind", err)
	}
	list := make([]*entry, len(b.Steps()))
	for i, step := range b.Steps() {
		list[i] = l.entryOf(step, at.applied)
	}
	stand, err = l.commit(ctx, list)
	l.warnOf(b.Steps()[:stand])
	return stand, err
}

// noteKindsOf says in meta which kinds there will be values of.
func (c *committer) noteKindsOf(ctx context.Context, list []*steps.Step) error {
	for _, step := range list {
		for _, change := range step.Changes {
			of := c.of(change.Schema)
			if of.Always || of.noted.Load() {
				continue
			}
			if err := c.bounded(ctx, of.noteKind); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit inserts entries until it is known which of them stand, or until nobody waits for that any
// more. A place is decided only by what a look shows there, or by the answer that all are inserted:
// so what is undecided is inserted again, as it is, and whatever arrives late finds its place taken.
func (c *committer) commit(ctx context.Context, list []*entry) (stand int, err error) {
	began, docs := time.Now(), make([]bson.Raw, len(list))
	for i, e := range list {
		docs[i] = marshal(e)
		e.size = len(docs[i])
	}
	for left := false; ; {
		rest := list[stand:]
		failed, whole := c.insert(ctx, docs[stand:], rest)
		if whole {
			return len(list), nil
		}
		// Who waits is told of a refusal now: later the step might be committed after all.
		refused := full(failed) || unauthorized(failed)
		left = left || failed != nil && !notSent(failed) && !refused
		if failed != nil && c.mutant == "blind-fail" {
			return stand, c.notDone("insert into the feed", failed)
		}
		more, decided := c.decided(rest)
		if stand += more; decided {
			return stand, nil
		}
		if time.Since(began) > c.Timeout || ctx.Err() != nil {
			if failed = errors.Join(failed, ctx.Err()); !left {
				return stand, c.notDone("insert into the feed", failed)
			}
			return stand, fmt.Errorf("insert into the feed: %w: MongoDB write failed: %w", dao.ErrUnknown, failed)
		}
		sleep(ctx, c.note(ctx, "commit", failed))
		if refused && !left {
			return stand, c.notDone("insert into the feed", failed)
		}
	}
}

// insert tries to insert entries at the head, and then knows what stands there. whole says that they
// do. Where others want the head, too, the look leaves just behind the insert.
func (c *committer) insert(ctx context.Context, docs []bson.Raw, list []*entry) (failed error, whole bool) {
	sent, looked := time.Now(), c.feed.tail.state().lookAt
	beside := make(chan error, 1)
	contended := c.contended()
	c.at("insert")
	if contended {
		time.AfterFunc(200*time.Microsecond, func() { beside <- c.feed.look(ctx) })
	}
	// Less than half of the time: so that who waits is told what became of it, and not that nobody knows.
	failed = c.within(ctx, c.Timeout*9/20, func(ctx context.Context) error { return c.feed.coll.insert(ctx, docs, c.mutant != "unordered") })
	c.at("inserted")
	c.took(time.Since(sent))
	if failed == nil && (time.Since(looked) < c.memory/2 || c.mutant == "stale-look") && c.adopt(list) {
		c.won()
		return nil, true
	}
	if mongo.IsDuplicateKeyError(failed) {
		c.figures.lost.Add(1)
		c.beaten(ctx)
		if failed = nil; contended {
			if err := <-beside; err == nil {
				if _, decided := c.decided(list); decided {
					return nil, false
				}
			}
		}
	}
	return errors.Join(failed, c.feed.look(ctx)), false
}

// adopt takes in entries that were inserted at the head, unless a look was faster.
func (c *committer) adopt(list []*entry) bool {
	t := c.feed.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.head().end()+1 != list[0].First {
		return false
	}
	for _, e := range list {
		e.own = true
		for _, one := range e.Changes {
			one.own = true
		}
		t.adopt(e)
	}
	t.wake()
	c.figures.announced.Add(int64(len(list)))
	c.applier.wake()
	return true
}

// decided says how many of the entries, from the first on, stand in the feed; and whether that will
// stay so, since the others' places are taken.
func (c *committer) decided(list []*entry) (stand int, sure bool) {
	t := c.feed.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range list {
		if e.First > t.head().end() {
			return stand, false
		}
		i, known := slices.BinarySearchFunc(t.entries, e.First, byFirst)
		if !known && e.First < t.entries[0].First {
			return stand, false // forgotten
		}
		if !known || t.entries[i].Step != e.Step && c.mutant != "no-step-ids" {
			return stand, true
		}
		stand++
	}
	return stand, true
}
