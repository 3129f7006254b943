package steps

import (
	"errors"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// What leaves a value as it was is no change, put once or there and back, and changes of others
// beside it stay.
func TestNothingChanges(t *testing.T) {
	b := newTestBatch(&memory{})
	was := example(parcels, 1, id(1))
	b.mustRun(t, 2_000, put(parcels, was))
	same, other := example(parcels, 1, id(1)), example(parcels, 2, id(1))
	for what, do := range map[string]func(dao.Tx) error{
		"the same":       put(parcels, same),
		"there and back": put(parcels, other, example(parcels, 1, id(1))),
	} {
		if step := b.mustRun(t, 3_000, do); len(step.Changes) != 0 || b.Head() != 8 {
			t.Errorf("%s: there are %d changes, and the head is %d", what, len(step.Changes), b.Head())
		}
	}
	if same.GetHead() != was.GetHead() {
		t.Errorf("what was put has %+v, want what stands: %+v", same.GetHead(), was.GetHead())
	}
	step := b.mustRun(t, 3_000, put(parcels, example(parcels, 3, id(2)), example(parcels, 2, id(1)), example(parcels, 1, id(1))))
	if len(step.Changes) != 1 || step.Changes[0].ID != id(2) {
		t.Errorf("beside a value that came back stand %+v, want the other one", step.Changes)
	}
	if v, rev := b.Value(parcels, id(1)); v != was || rev != 1 {
		t.Errorf("got %v of revision %d, want what was put first", v, rev)
	}
}

// A batch that takes over the lists and the maps of another one, small or large, knows nothing of it.
func TestUsedAgain(t *testing.T) {
	for _, n := range []int{1, mostCleared + 1} {
		used := newTestBatch(&memory{})
		for i := range n {
			v := example(parcels, i, models.ID{0x66, 10: byte(i >> 8), 11: byte(i)})
			used.mustRun(t, 2_000, put(parcels, v))
		}
		text := parcels.Unique[0].Of(used.Steps()[0].Changes[0].After)
		b := NewBatch(&memory{}, Options{Head: 7, Clock: new(dao.Clock), Used: used})
		v, last := b.Value(parcels, id(0))
		if v != nil || last != 0 || len(b.Owners(parcels, 0, text)) != 0 || len(b.Steps()) != 0 {
			t.Errorf("after %d steps the next batch has %v, %d of them", n, v, last)
		}
	}
}

// A value of a history that nobody asks for takes its place in the log only.
func TestAddedWithoutItsValue(t *testing.T) {
	lost := errors.New("lost")
	b := newTestBatch(&memory{})
	step := b.Add("ana", 2_000, Change{Schema: said, Op: dao.OpPut, ID: id(1), Rev: 1})
	if step.Last() != 8 || b.Head() != 8 || len(b.Steps()) != 1 || len(b.values) != 0 {
		t.Errorf("the step is %+v, the head %d, and %d values are known", step, b.Head(), len(b.values))
	}
	b.Add("ana", 2_000, Change{Schema: said, Op: dao.OpDelete, ID: id(2), Rev: 2})
	if v, last := b.Value(said, id(2)); v != nil || last != 2 {
		t.Errorf("what was removed is %v of revision %d", v, last)
	}
	if v, err := b.Find(said, id(1)); v != nil || err != nil {
		t.Errorf("found %v (%v)", v, err)
	}
	b.On(failing{&memory{}, lost})
	if _, err := b.Find(said, id(3)); !errors.Is(err, lost) {
		t.Errorf("got %v, want what the base fails with", err)
	}
}

// failing is a base that cannot read.
type failing struct {
	Base
	err error
}

func (f failing) Value(*dao.Schema, models.ID) (models.Value, int64) {
	Fail(f.err)
	return nil, 0
}
