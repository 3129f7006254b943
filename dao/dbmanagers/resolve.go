package dbmanagers

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// state is what a value is at the head.
type state struct {
	value   models.Value // nil when it is gone
	last    int64        // its last revision
	foreign bool         // another program has changed it, and no step says so yet
	rec     *record      // where another program has written it
}

// doubt is why a document that was fetched does not tell what its value is at the head.
type doubt int

const (
	sure   doubt = iota
	behind       // it is ahead of what this process knows
	odd          // what lies between it and the head is not to be seen: bring it forward, and read it again
)

// resolve says what a value is at the head, from the document that was fetched and from what the
// feed tells above it. The feed's last word counts where the document is on the way there; else the
// document does, and where the feed does not say the same, another program has written it.
func (c *collection) resolve(id models.ID, f fetched) (state, doubt) {
	told := c.feed.tail.of(valueKey{c.Kind, id})
	d := f.rec
	if d != nil && !d.ours && !c.Shared { // another program's, in a collection that is not shared
		d = nil
	}
	if d != nil && d.ours && d.stamp > c.feed.tail.state().end {
		return state{}, behind
	}
	if len(told) == 0 {
		switch {
		case d == nil:
			rev, missing := c.remembered.Load(id)
			known, _ := rev.(int64)
			return state{last: max(f.lastRev, known), foreign: missing && known >= f.lastRev}, sure
		case !d.ours:
			return c.claimed(d, f.lastRev), sure
		}
		return c.asItIs(d), sure
	}
	last := told[len(told)-1]
	above := slices.IndexFunc(told, func(t *change) bool { return t.offset > f.applied })
	if c.mutant == "no-tail" && d != nil && d.ours {
		return c.asItIs(d), sure
	}
	if above >= 0 {
		return c.onTheWay(d, told[above:], last)
	}
	switch dead := last.Op.removes(); {
	case d == nil: // deleted by us, or by another program
		return state{last: last.Rev, foreign: !dead}, sure
	case !d.ours:
		return c.claimed(d, max(last.Rev, f.lastRev)), sure
	case d.stamp < last.offset && last.Op == opDelete && c.mutant != "no-graves" && !(c.Shared && last.in.dug.Load()):
		return state{last: last.Rev}, sure // a create that arrived late
	case d.stamp < last.offset: // an old copy, or what another program has put back
		return c.claimed(d, last.Rev), sure
	}
	return c.asItIs(d), sure
}

// onTheWay is resolve where some of what the feed tells may not be in the document yet.
func (c *collection) onTheWay(d *record, above []*change, last *change) (state, doubt) {
	dead := last.Op.removes()
	// Of what others have made it is not known whether it is there yet, or again is not.
	created := slices.ContainsFunc(above, func(t *change) bool { return t.Op == opCreate && t.own })
	switch {
	case d != nil && d.ours && d.stamp >= last.offset:
		return c.asItIs(d), sure
	case d != nil && last.Op == opGone: // read before that, or put back since
		return state{}, odd
	case d != nil && d.ours && d.rev >= above[0].Rev-1, d == nil && (dead || created):
		s := state{value: last.after(), last: last.Rev}
		if dead {
			s.value = nil
		}
		return s, sure
	}
	return state{}, odd
}

// asItIs is what a document of ours says. Histories do not change.
func (c *collection) asItIs(d *record) state {
	s := state{value: c.value(d), last: d.rev, rec: d}
	s.foreign = c.Shared && !c.History && sumOf(c.Schema, s.value) != d.sum
	return s
}

// claimed is a value that another program has written.
func (c *collection) claimed(d *record, last int64) state {
	return state{value: c.valueAt(d.raw, last), last: last, foreign: true, rec: d}
}

// base is the store at the head, as far as it was fetched for one step.
type base struct {
	lineLog
	have  *stock
	trial bool

	guess *guess // of a trial
	old   bool   // what was fetched is
}

// guess is what a trial does not know, and whether it may guess that just now.
type guess struct {
	may   bool
	lacks []steps.Want
}

var (
	_ steps.Asked   = base{}
	_ steps.Guesses = base{}
)

// Guess says whether what is not known may be taken for absent.
func (b base) Guess(may bool) {
	if b.guess != nil {
		b.guess.may = may
	}
}

// Guessed returns what was taken for absent.
func (b base) Guessed() []steps.Want {
	if b.guess == nil {
		return nil
	}
	return b.guess.lacks
}

// lack has what is missing be fetched: at once, or after the trial.
func (b base) lack(wants ...steps.Want) {
	if b.guess == nil || !b.guess.may {
		steps.Fail(steps.Missing{Wants: wants})
	}
	b.guess.lacks = append(b.guess.lacks, wants...)
}

// Base returns what was fetched for a step, brought forward to the head. What other programs did to
// it is put in front of the step first.
func (l lineLog) Base(b *steps.Batch, have *stock) steps.Base {
	on := base{lineLog: l, have: have, trial: b == nil, old: have.old(b == nil)}
	if on.trial {
		on.guess = new(guess)
	}
	if b != nil && have != nil && !on.old {
		keys := slices.SortedFunc(maps.Keys(have.values), func(x, y valueKey) int { // as they were made
			return cmp.Or(cmp.Compare(x.kind, y.kind), bytes.Compare(x.id[:], y.id[:]))
		})
		for _, key := range keys {
			l.noteForeign(b, key, have.values[key])
		}
	}
	return on
}

// noteForeign adds a step that tells what another program did to a value, unless this batch has
// spoken of it already.
func (l lineLog) noteForeign(b *steps.Batch, key valueKey, one fetched) {
	s := dao.SchemaOf(key.kind)
	c := l.of(s)
	now, doubt := c.resolve(key.id, one)
	if _, bad := c.refused.Load(key.id); bad { // it would not bear that
		return
	}
	if doubt != sure || !now.foreign {
		return
	}
	for _, step := range b.Steps() {
		for _, change := range step.Changes {
			if change.Schema == s && change.ID == key.id {
				return
			}
		}
	}
	l.tell(b, c, key.id, now)
}

// tell adds the step.
func (l lineLog) tell(b *steps.Batch, c *collection, id models.ID, now state) {
	change := steps.Change{Schema: c.Schema, Op: dao.OpDelete, ID: id, Rev: now.last + 1}
	how := notice{op: opGone}
	if now.value != nil {
		how = notice{opNotice, c.valueAt(now.rec.raw, now.last+1)}
		change.Op, change.After = dao.OpPut, how.value
		if c.form.met != nil && !c.History { // it was touched just now, whatever its own dates say
			change.After = c.Clone(how.value)
			head := how.value.GetHead()
			head.UpdatedAt = max(head.UpdatedAt, models.TimeOf(time.Now()))
			change.After.SetHead(head)
		}
	}
	step := b.Add(others, models.TimeOf(time.Now()), change)
	l.notices[step] = how
}

// others is who did what another program did.
const others = "another program"

// notice is what is special about a step that tells what another program did.
type notice struct {
	op    op
	value models.Value // as it was read; nil when it is gone
}

// wantFresh has all be fetched again that is too old.
func (b base) wantFresh() {
	if b.old {
		b.have.again++
		steps.Fail(steps.Missing{Wants: b.have.wants()})
	}
}

// Value returns a value at the head.
func (b base) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	if id.IsZero() { // nobody has it
		return nil, 0
	}
	b.wantFresh()
	one, there := fetched{}, false
	if b.have != nil {
		one, there = b.have.values[valueKey{s.Kind, id}]
	}
	if !there {
		b.lack(steps.Want{Schema: s, ID: id})
		return nil, 0
	}
	now, doubt := b.of(s).resolve(id, one)
	switch doubt {
	case behind:
		b.have.look = true
	case odd:
		b.have.apply = true
	default:
		return now.value, now.last
	}
	b.lack(steps.Want{Schema: s, ID: id})
	return nil, 0
}

// Owners returns who has a unique text by the documents, or by the tail.
func (b base) Owners(s *dao.Schema, unique int, text string) []models.ID {
	b.wantFresh()
	key := ofText{s.Kind, unique, text}
	var found ownersFetched
	if b.have != nil {
		if found = b.have.owners[key]; found.at.IsZero() {
			found = b.of(s).fetches.known(key)
		}
	}
	if found.at.IsZero() {
		b.lack(steps.Want{Schema: s, Unique: unique, Text: text})
		return nil
	}
	ids := slices.Clone(found.ids)
	for _, id := range b.feed.tail.holders(key) {
		if b.mutant == "owners-once" {
			break
		}
		told := b.feed.tail.of(valueKey{s.Kind, id})
		last := told[len(told)-1].after()
		if last != nil && s.Unique[unique].Has(last, text) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	b.Ask(s, ids)
	return ids
}

// Ask has all be fetched at once that a step will ask for.
func (b base) Ask(s *dao.Schema, ids []models.ID) {
	var missing []steps.Want
	for _, id := range ids {
		if b.have != nil {
			if _, there := b.have.values[valueKey{s.Kind, id}]; there {
				continue
			}
		}
		missing = append(missing, steps.Want{Schema: s, ID: id})
	}
	if len(missing) > 0 {
		b.lack(missing...)
	}
}
