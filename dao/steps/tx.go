package steps

import (
	"fmt"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Tx = (*Tx)(nil)

// Tx is a step that runs.
type Tx struct {
	batch *Batch
	step  *Step
	mark  Mark
	n     int32 // the step's number, counted from 1
	bytes int   // of what was encoded
	again bool  // a value was changed more than once: it may be what it was
	ended bool

	seen  name // what was looked at last, as the next question is mostly about the same
	found entry
}

// Now returns the step's time.
func (tx *Tx) Now() models.Time { return tx.step.At }

// By returns who does it.
func (tx *Tx) By() string { return tx.step.By }

// Get returns a value.
func (tx *Tx) Get(s *dao.Schema, id models.ID) (models.Value, error) {
	if v := tx.Peek(s, id); v != nil {
		return v, nil
	}
	return nil, s.Absent(id)
}

// Peek returns a value, or nil.
func (tx *Tx) Peek(s *dao.Schema, id models.ID) models.Value { return tx.look(s, id).value }

// look returns what is known of a value.
func (tx *Tx) look(s *dao.Schema, id models.ID) entry {
	tx.wantOpen()
	n := name{s, id}
	if tx.seen != n {
		e := entry{}
		if s.History {
			e.value = tx.appended(s, id)
		}
		if e.value == nil {
			e = tx.batch.entry(s, id)
		}
		tx.seen, tx.found = n, e
	}
	return tx.found
}

// appended returns a value of a history that this step has put. Those whose id nobody has given are
// in no map: nobody else asks for them before they are in the log.
func (tx *Tx) appended(s *dao.Schema, id models.ID) models.Value {
	for _, c := range tx.step.Changes {
		if c.Schema == s && c.ID == id {
			return c.After
		}
	}
	return nil
}

// wantOpen panics when do has kept the step beyond its end.
func (tx *Tx) wantOpen() {
	if tx.ended {
		panic("steps: a step was used after its end")
	}
}

// Ask tells the base what will be asked for.
func (tx *Tx) Ask(s *dao.Schema, ids ...models.ID) {
	tx.wantOpen()
	tx.batch.Ask(s, ids)
}

// Owner returns who has a unique text.
func (tx *Tx) Owner(s *dao.Schema, field, text string) (models.ID, error) {
	tx.wantOpen()
	i := slices.IndexFunc(s.Unique, func(u dao.Unique) bool { return u.Field == field })
	if i < 0 {
		panic(fmt.Sprintf("steps: %s have no unique text %q", s.Plural, field))
	}
	if text == "" {
		return models.ID{}, nil
	}
	return tx.batch.owner(s, i, text), nil
}

// Put makes or replaces a value.
func (tx *Tx) Put(s *dao.Schema, v models.Value) error {
	v.Normalize()
	was := tx.before(s, v.GetHead().ID).value
	if err := s.Judge(v, was); err != nil {
		return err
	}
	if was != nil && s.Same(v, was) {
		v.SetHead(was.GetHead())
		return nil
	}
	return tx.PutChecked(s, v)
}

// before returns what a value is; of an id that is still to be made, nothing.
func (tx *Tx) before(s *dao.Schema, id models.ID) entry {
	if id.IsZero() {
		return entry{}
	}
	return tx.look(s, id)
}

// PutChecked makes or replaces a value that is normal, checked, and not the same as before.
func (tx *Tx) PutChecked(s *dao.Schema, v models.Value) error {
	head := v.GetHead()
	given, was := !head.ID.IsZero(), tx.before(s, head.ID)
	if was.value != nil && s.History {
		return dao.Conflict{Field: "_id", Value: head.ID.String()}
	}
	if !given {
		tx.wantOpen()
		head.ID = models.NewID(tx.step.At.Std())
		v.SetHead(head)
	}
	if err := tx.batch.wantFree(s, was.value, v); err != nil {
		return err
	}
	c := Change{Schema: s, Op: dao.OpPut, ID: head.ID, After: v}
	c.Before, c.Rev = tx.origin(was)
	head.Rev, head.UpdatedAt = c.Rev, tx.step.At
	switch {
	case c.Before != nil:
		head.CreatedAt = c.Before.GetHead().CreatedAt
	case was.value != nil:
		head.CreatedAt = was.value.GetHead().CreatedAt // made in this step
		head.UpdatedAt = head.CreatedAt
	case s.History:
		head.CreatedAt = tx.step.At
	default:
		head.CreatedAt = tx.batch.clock.Next(tx.step.At)
		head.UpdatedAt = head.CreatedAt
	}
	v.SetHead(head)
	if s.History && !given {
		tx.step.Changes = append(tx.step.Changes, c)
		return nil
	}
	tx.record(entry{value: v, last: c.Rev, step: was.step, at: was.at}, c, was.value)
	return nil
}

// origin returns what a value was before this step, and the revision that the step gives it.
func (tx *Tx) origin(was entry) (before models.Value, rev int64) {
	if was.step == tx.n {
		c := tx.step.Changes[was.at]
		return c.Before, c.Rev
	}
	return was.value, was.last + 1
}

// Delete removes a value.
func (tx *Tx) Delete(s *dao.Schema, id models.ID) error {
	was := tx.look(s, id)
	if was.value == nil {
		return s.Absent(id)
	}
	if s.History {
		return fmt.Errorf("delete %s %s: %s are a history, of which nothing is removed", s.Kind, id, s.Plural)
	}
	c := Change{Schema: s, Op: dao.OpDelete, ID: id}
	c.Before, c.Rev = tx.origin(was)
	tx.record(entry{last: c.Rev, step: was.step, at: was.at}, c, was.value)
	return nil
}

// record makes a change one of the step's, in the place of an earlier one of the same value; before
// is what that was until now.
func (tx *Tx) record(e entry, c Change, before models.Value) {
	if e.step == tx.n {
		tx.step.Changes[e.at], tx.again = c, true
	} else {
		e.step, e.at = tx.n, int32(len(tx.step.Changes))
		tx.step.Changes = append(tx.step.Changes, c)
	}
	n := name{c.Schema, c.ID}
	tx.batch.set(n, e, before)
	tx.seen, tx.found = n, e
}

// complete drops what came to nothing, and wants the step within its limits.
func (tx *Tx) complete() error {
	if tx.again && slices.ContainsFunc(tx.step.Changes, Change.isNothing) {
		tx.drop()
	}
	if n := len(tx.step.Changes); n > dao.MaxChanges {
		return fmt.Errorf("%w: it has %d changes, and %d may be", dao.ErrTooLarge, n, dao.MaxChanges)
	}
	for i := range tx.step.Changes {
		if tx.bytes += tx.batch.size(tx.step, i); tx.bytes > dao.MaxBytes {
			return fmt.Errorf("%w: its documents have more than %d bytes", dao.ErrTooLarge, dao.MaxBytes)
		}
	}
	if len(tx.step.Changes) > 0 {
		tx.accept()
	}
	return nil
}

// isNothing says whether a change is none in the end.
func (c Change) isNothing() bool {
	switch {
	case c.Before == nil:
		return c.After == nil
	case c.After == nil:
		return false
	}
	return c.Schema.Same(c.After, c.Before)
}

// drop takes out the changes that are none, and has their values be as they were before.
func (tx *Tx) drop() {
	done := tx.batch.journal[tx.mark.journal:]
	for _, c := range tx.step.Changes {
		if i := slices.IndexFunc(done, func(u undo) bool { return u.name == name{c.Schema, c.ID} }); i >= 0 && c.isNothing() {
			tx.batch.restore(done[i])
		}
	}
	tx.step.Changes = slices.DeleteFunc(tx.step.Changes, Change.isNothing)
}

// accept makes the step one of the batch's.
func (tx *Tx) accept() {
	b := tx.batch
	b.steps = append(b.steps, tx.step)
	b.rooms.taken++
	b.head, b.at = tx.step.Last(), tx.step.At
	tx.mark, tx.ended = b.Mark(), true
}

// end is deferred by who runs a step: it undoes one that is not whole, and turns what a base failed
// with into the error.
func (tx *Tx) end(step **Step, err *error) {
	r := recover()
	fault, failed := r.(failure)
	switch {
	case failed:
		*step, *err = nil, fault.err
	case r == nil && *err == nil && tx.ended:
		return
	}
	tx.ended = true
	tx.batch.Back(tx.mark)
	if *err != nil {
		*step = nil
	}
	if r != nil && !failed {
		panic(r)
	}
}
