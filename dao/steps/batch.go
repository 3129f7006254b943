package steps

import (
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Batch is steps that go into the log together, over a base. It is a base itself: another batch may
// lie on it. It is not safe for use by several goroutines.
type Batch struct {
	base  Base
	clock *dao.Clock
	size  func(*Step, int) int
	asked func(Want)  // of a trial: told of all that the base is asked for
	head  int64       // the offset of the last change
	at    models.Time // the time of the last step
	steps []*Step
	tx    Tx    // the step that runs
	rooms rooms // for those to come

	values  map[name]entry
	owned   map[uniqueText]models.ID // who got a text last; it may have let go of it
	journal []undo                   // of all changes, in their order: what stood in values before
}

// name names a value.
type name struct {
	schema *dao.Schema
	id     models.ID
}

// uniqueText is a text that only one value of a kind may have.
type uniqueText struct {
	schema *dao.Schema
	unique int
	text   string
}

// entry is what a batch knows of a value.
type entry struct {
	value models.Value // nil when it is gone
	last  int64        // its last revision
	step  int32        // the step that has changed it last, counted from 1
	at    int32        // which of its changes
}

type undo struct {
	name
	entry
	known bool
}

// Options are what a batch goes on from.
type Options struct {
	Head  int64       // the offset of the last change below it
	At    models.Time // the time of the last step
	Clock *dao.Clock  // of creations
	Used  *Batch      // one whose steps nobody needs any more: its lists are used again; may be nil

	// Size is called with the number of each change of a step that is whole, in their order, and
	// returns how many bytes its document takes: the moment for an engine to encode it. A step that is
	// refused after that is undone.
	Size func(step *Step, change int) int
}

// NewBatch returns an empty batch over a base.
func NewBatch(base Base, o Options) *Batch {
	b := &Batch{base: base, clock: o.Clock, size: o.Size, head: o.Head, at: o.At}
	if o.Used != nil {
		b.use(o.Used)
	} else {
		b.values, b.owned = map[name]entry{}, map[uniqueText]models.ID{}
	}
	return b
}

// mostCleared is how much may be in a map that is used again: to clear a large one takes long.
const mostCleared = 2_000

// use takes over the lists of a batch that is not needed any more, and what they refer to is let go.
func (b *Batch) use(old *Batch) {
	clear(old.steps)
	clear(old.journal)
	b.steps, b.journal, b.rooms = old.steps[:0], old.journal[:0], old.rooms.again()
	b.values, b.owned = again(old.values), again(old.owned)
	old.values, old.owned = nil, nil
}

func again[K comparable, V any](m map[K]V) map[K]V {
	if len(m) > mostCleared {
		return map[K]V{}
	}
	clear(m)
	return m
}

// On puts the batch on another base, at the same place of the log: what lay below it is in the log
// now, or the next step brings what was fetched for it.
func (b *Batch) On(base Base) { b.base = base }

// Head returns the offset of the last change.
func (b *Batch) Head() int64 { return b.head }

// At returns the time of the last step.
func (b *Batch) At() models.Time { return b.at }

// Steps returns the steps, in their order.
func (b *Batch) Steps() []*Step { return b.steps }

// Value returns a value as the batch has it; it makes a batch a base.
func (b *Batch) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	e := b.entry(s, id)
	return e.value, e.last
}

func (b *Batch) entry(s *dao.Schema, id models.ID) entry {
	if e, known := b.values[name{s, id}]; known {
		return e
	}
	b.note(Want{Schema: s, ID: id})
	value, last := b.base.Value(s, id)
	return entry{value: value, last: last}
}

// Guess, Guessed and Ask are those of the base.
func (b *Batch) Guess(may bool) {
	if base, guesses := b.base.(Guesses); guesses {
		base.Guess(may)
	}
}

func (b *Batch) Guessed() []Want {
	if base, guesses := b.base.(Guesses); guesses {
		return base.Guessed()
	}
	return nil
}

func (b *Batch) Ask(s *dao.Schema, ids []models.ID) {
	base, asked := b.base.(Asked)
	if !asked {
		return
	}
	base.Ask(s, slices.DeleteFunc(slices.Clone(ids), func(id models.ID) bool {
		_, known := b.values[name{s, id}]
		return known
	}))
}

func (b *Batch) note(want Want) {
	if b.asked != nil {
		b.asked(want)
	}
}

// Owners returns who may have a unique text; it makes a batch a base.
func (b *Batch) Owners(s *dao.Schema, unique int, text string) []models.ID {
	b.note(Want{Schema: s, Unique: unique, Text: text})
	below := b.base.Owners(s, unique, text)
	if id, taken := b.owned[uniqueText{s, unique, text}]; taken {
		return append([]models.ID{id}, below...)
	}
	return below
}

// owner returns the id of a value that has a unique text now, or the zero ID.
func (b *Batch) owner(s *dao.Schema, unique int, text string) models.ID {
	has := func(id models.ID) bool {
		value := b.entry(s, id).value
		return value != nil && s.Unique[unique].Has(value, text)
	}
	if id, taken := b.owned[uniqueText{s, unique, text}]; taken && has(id) {
		return id
	}
	b.note(Want{Schema: s, Unique: unique, Text: text})
	for _, id := range b.base.Owners(s, unique, text) {
		if has(id) {
			return id
		}
	}
	return models.ID{}
}

// wantFree is a dao.Conflict when a value may not have the unique texts that it did not have before.
func (b *Batch) wantFree(s *dao.Schema, before, after models.Value) error {
	if len(s.Unique) > 0 {
		b.Guess(true)
		defer b.Guess(false)
	}
	for i, unique := range s.Unique {
		for text := range unique.All(after) {
			if before != nil && unique.Has(before, text) {
				continue
			}
			if owner := b.owner(s, i, text); !owner.IsZero() && owner != after.GetHead().ID {
				return dao.Conflict{Field: unique.Field, Value: text}
			}
		}
	}
	return nil
}

// set notes what has become of a value, for the steps to come; before is what it was.
func (b *Batch) set(n name, e entry, before models.Value) {
	was, known := b.values[n]
	b.journal = append(b.journal, undo{n, was, known})
	b.own(n, e.value, before)
	b.values[n] = e
}

// own notes whose the texts of a value are. Those that it had before are known to be its own.
func (b *Batch) own(n name, v, before models.Value) {
	if v == nil {
		return
	}
	for i, unique := range n.schema.Unique {
		for text := range unique.All(v) {
			if before == nil || !unique.Has(before, text) {
				b.owned[uniqueText{n.schema, i, text}] = n.id
			}
		}
	}
}

// Mark is a place between two steps of a batch.
type Mark struct {
	steps, journal int
	head           int64
	at             models.Time
}

// Mark returns the place behind the steps that there are.
func (b *Batch) Mark() Mark { return Mark{len(b.steps), len(b.journal), b.head, b.at} }

// Back takes back all that was done behind a mark.
func (b *Batch) Back(m Mark) {
	for i := len(b.journal) - 1; i >= m.journal; i-- {
		b.restore(b.journal[i])
	}
	clear(b.steps[m.steps:])
	b.journal, b.steps, b.head, b.at = b.journal[:m.journal], b.steps[:m.steps], m.head, m.at
}

func (b *Batch) restore(u undo) {
	if !u.known {
		delete(b.values, u.name)
		return
	}
	b.values[u.name] = u.entry
	b.own(u.name, u.value, nil)
}
