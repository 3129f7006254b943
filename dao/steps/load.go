package steps

import (
	"fmt"
	"iter"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Load stores whole values, with the ids, revisions and times that they bring, in steps of
// dao.LoadBytes. The batch keeps the values. When one is refused, nothing of it is left.
func (b *Batch) Load(by string, now models.Time, values iter.Seq2[*dao.Schema, models.Value]) (err error) {
	mark, whole := b.Mark(), false
	defer func() {
		if r := recover(); r != nil {
			fault, is := r.(failure)
			if !is {
				panic(r)
			}
			err = fault.err
		}
		if !whole {
			b.Back(mark)
		}
	}()
	tx := b.begin(by, now)
	for schema, v := range values {
		if err := tx.load(schema, v); err != nil {
			return fmt.Errorf("%s: %w", schema.Call(v), err)
		}
		if tx.bytes >= dao.LoadBytes {
			tx.accept()
			tx = b.begin(by, now)
		}
	}
	if len(tx.step.Changes) > 0 {
		tx.accept()
	}
	whole = true
	return nil
}

// load stores a whole value, and fills in what it does not bring along.
func (tx *Tx) load(s *dao.Schema, v models.Value) error {
	v.Normalize()
	if err := v.Check(); err != nil {
		return err
	}
	head := v.GetHead()
	was := tx.before(s, head.ID)
	if was.value != nil {
		return dao.Conflict{Field: "_id", Value: head.ID.String()}
	}
	if err := tx.batch.wantFree(s, nil, v); err != nil {
		return err
	}
	head = tx.batch.clock.Fill(head, tx.step.At)
	head.Rev = max(head.Rev, was.last+1)
	v.SetHead(head)
	c := Change{Schema: s, Op: dao.OpPut, ID: head.ID, Rev: head.Rev, After: v}
	tx.record(entry{value: v, last: head.Rev}, c, nil)
	tx.bytes += tx.batch.size(tx.step, len(tx.step.Changes)-1)
	return nil
}
