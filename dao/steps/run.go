package steps

import (
	"pulperia/dao"
	"pulperia/dao/models"
)

// begin returns a step that begins now. There is one at a time, so it is always the same Tx.
func (b *Batch) begin(by string, now models.Time) *Tx {
	step := b.rooms.next(len(b.steps))
	step.By, step.At, step.First = by, max(now, b.at), b.head+1
	b.tx = Tx{batch: b, step: step, mark: b.Mark(), n: int32(len(b.steps) + 1)}
	return &b.tx
}

// Run runs do as one step on top of all that the batch has. When do fails, panics or ends its
// goroutine, nothing of it is left. A step without changes is returned, too, but is none of the
// batch's: Last is then where it was in effect; it is good until the next one begins.
func (b *Batch) Run(by string, now models.Time, do func(dao.Tx) error) (step *Step, err error) {
	tx := b.begin(by, now)
	defer tx.end(&step, &err)
	if err = do(tx); err == nil {
		err = tx.complete()
	}
	return tx.step, err
}

// Add puts a step with one change in, as it is: what others have done, and what the log is to be
// told. The revision is the one that is given. A put of a history without its value is one that
// nobody asks for before it is in the log.
func (b *Batch) Add(by string, now models.Time, c Change) *Step {
	tx := b.begin(by, now)
	if c.Schema.History && c.Op == dao.OpPut && c.After == nil {
		tx.step.Changes = append(tx.step.Changes, c)
	} else {
		tx.record(entry{value: c.After, last: c.Rev}, c, nil)
	}
	tx.accept()
	return tx.step
}

// Find is Value for who is not a step: what a base fails with is the error.
func (b *Batch) Find(s *dao.Schema, id models.ID) (v models.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.err
		default:
			panic(r)
		}
	}()
	return b.entry(s, id).value, nil
}
