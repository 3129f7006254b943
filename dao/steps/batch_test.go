package steps

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

var parcels, said = daotest.Parcel.Schema, dao.Message.Schema

func id(n int) models.ID { return models.ID{0x66, 11: byte(n)} }

func example(s *dao.Schema, n int, id models.ID) models.Value {
	v := s.Example(n)
	v.SetHead(models.Head{ID: id})
	return v
}

// memory is a base that knows everything, but for what is in lacks.
type memory struct {
	values map[name]models.Value
	lacks  map[models.ID]bool
	asked  []models.ID
}

func (m *memory) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	if m.lacks[id] {
		Fail(Missing{[]Want{{Schema: s, ID: id}}})
	}
	if v := m.values[name{s, id}]; v != nil {
		return v, v.GetHead().Rev
	}
	return nil, 0
}

func (m *memory) Owners(s *dao.Schema, unique int, text string) (ids []models.ID) {
	for n, v := range m.values {
		if n.schema == s && s.Unique[unique].Of(v) == text {
			ids = append(ids, n.id)
		}
	}
	return ids
}

func (m *memory) Ask(_ *dao.Schema, ids []models.ID) { m.asked = append(m.asked, ids...) }

func newTestBatch(base Base) *Batch {
	return NewBatch(base, Options{Head: 7, At: 1_000, Clock: new(dao.Clock), Size: func(s *Step, i int) int {
		return len(models.JSON(s.Changes[i].After))
	}})
}

func put(s *dao.Schema, values ...models.Value) func(dao.Tx) error {
	return func(tx dao.Tx) error {
		for _, v := range values {
			if err := tx.Put(s, v); err != nil {
				return err
			}
		}
		return nil
	}
}

func (b *Batch) mustRun(t testing.TB, now models.Time, do func(dao.Tx) error) *Step {
	t.Helper()
	step, err := b.Run("ana", now, do)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// Steps stand one behind the other, and a clock that goes back does not take them along.
func TestPlacesAndTimes(t *testing.T) {
	b := newTestBatch(&memory{})
	first := *b.mustRun(t, 5_000, put(parcels, example(parcels, 1, id(1)), example(parcels, 2, id(2))))
	none := *b.mustRun(t, 6_000, func(dao.Tx) error { return nil })
	second := *b.mustRun(t, 4_000, put(parcels, example(parcels, 3, id(1))))
	if first.First != 8 || first.Last() != 9 || none.Last() != 9 || second.First != 10 || second.Last() != 10 || b.Head() != 10 {
		t.Errorf("%+v, %+v and %+v, up to %d", first, none, second, b.Head())
	}
	if first.At != 5_000 || second.At != 5_000 || first.By != "ana" || len(b.Steps()) != 2 {
		t.Errorf("%+v and %+v of %d", first, second, len(b.Steps()))
	}
	if c := second.Changes[0]; c.Rev != 2 || c.Before != first.Changes[0].After || c.After.GetHead().CreatedAt != c.Before.GetHead().CreatedAt {
		t.Errorf("%+v", c)
	}
}

// What a base lacks is told to whoever runs the step, even when do hides it from its own caller; and
// a panic of do is its caller's.
func TestStepsThatDoNotEnd(t *testing.T) {
	b := newTestBatch(&memory{lacks: map[models.ID]bool{id(9): true}})
	b.mustRun(t, 1, put(parcels, example(parcels, 1, id(1))))
	half := func(tx dao.Tx) error {
		return errors.Join(tx.Put(parcels, example(parcels, 5, id(5))), tx.Delete(parcels, id(1)))
	}
	wantClean := func(what string) {
		t.Helper()
		if v, rev := b.Value(parcels, id(1)); v == nil || rev != 1 || b.Head() != 8 || len(b.Steps()) != 1 {
			t.Errorf("after %s there is %v at %d, up to %d", what, v, rev, b.Head())
		}
		if v, _ := b.Value(parcels, id(5)); v != nil {
			t.Errorf("after %s there is what was made", what)
		}
	}
	_, err := b.Run("", 1, func(tx dao.Tx) error { half(tx); tx.Get(parcels, id(9)); return errors.New("hidden") })
	if m, is := errors.AsType[Missing](err); !is || len(m.Wants) != 1 || m.Wants[0].ID != id(9) || !strings.Contains(err.Error(), id(9).String()) {
		t.Errorf("what is missing: %v", err)
	}
	wantClean("something missing")
	func() {
		defer func() {
			if r := recover(); r != "broken" {
				t.Errorf("the caller met %v", r)
			}
		}()
		b.Run("", 1, func(tx dao.Tx) error { half(tx); panic("broken") })
	}()
	wantClean("a panic")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.Run("", 1, func(tx dao.Tx) error { half(tx); runtime.Goexit(); return nil })
	}()
	<-ended
	wantClean("the end of its goroutine")
	var kept dao.Tx
	b.mustRun(t, 1, func(tx dao.Tx) error { kept = tx; return tx.Put(parcels, example(parcels, 6, id(6))) })
	defer func() {
		if recover() == nil {
			t.Error("a step was used after its end")
		}
	}()
	kept.Put(parcels, example(parcels, 7, id(7)))
}

// A step that was run and is lost runs again, and is as if it had not: what it put the first time
// stays as it was, for who still looks at that.
func TestRunsAgain(t *testing.T) {
	b := newTestBatch(&memory{})
	again := updater(func(do func(dao.Tx) error) *Step {
		mark := b.Mark()
		lost := *b.mustRun(t, 1, do)
		before := string(models.JSON(lost.Changes[0].After))
		b.Back(mark)
		b.mustRun(t, 2_000, put(said, dao.Message.Example(9)))
		step := b.mustRun(t, 3_000, do)
		if is := string(models.JSON(lost.Changes[0].After)); is != before {
			t.Errorf("what was put the first time became %s, and was %s", is, before)
		}
		return step
	})
	message, _, err := dao.Appends{Updater: again}.Append(t.Context(), models.Message{User: "ana@example.com", Message: "hola"})
	if last := b.Steps()[len(b.Steps())-1].Changes[0]; err != nil || message.ID != last.ID || message.CreatedAt != 3_000 {
		t.Errorf("%+v, %v", message, err)
	}
}

func TestAsk(t *testing.T) {
	m := &memory{}
	b := newTestBatch(m)
	b.mustRun(t, 1, put(parcels, example(parcels, 1, id(1))))
	b.mustRun(t, 1, func(tx dao.Tx) error { dao.Ask(tx, parcels, id(1), id(2), id(3)); return nil })
	if !slices.Equal(m.asked, []models.ID{id(2), id(3)}) {
		t.Errorf("the base is asked for %v", m.asked)
	}
}

// A load is cut into steps, and when one of its values is refused nothing of any is left.
func TestLoads(t *testing.T) {
	values := func(n int, taken bool) func(func(*dao.Schema, models.Value) bool) {
		return func(yield func(*dao.Schema, models.Value) bool) {
			for range n {
				m := &models.Message{User: "ana@example.com", Message: strings.Repeat("x", models.MaxMessage)}
				if !yield(said, m) {
					return
				}
			}
			if taken {
				yield(parcels, example(parcels, 1, id(9)))
			}
		}
	}
	b := newTestBatch(&memory{})
	b.mustRun(t, 1, put(parcels, example(parcels, 1, id(1))))
	const n = 5_000 // of 2,100 bytes
	if err := b.Load("ana", 1, values(n, true)); !errors.Is(err, dao.ErrConflict) || len(b.Steps()) != 1 || b.Head() != 8 {
		t.Errorf("a load that is refused (%v) left %d steps up to %d", err, len(b.Steps())-1, b.Head())
	}
	if err := b.Load("ana", 1, values(n, false)); err != nil || len(b.Steps()) != 4 || b.Head() != 8+n {
		t.Errorf("a load (%v) is %d steps up to %d", err, len(b.Steps())-1, b.Head())
	}
	next := int64(8)
	for _, s := range b.Steps() {
		if s.First != next || s.By != "ana" {
			t.Errorf("a step from %d on, not from %d", s.First, next)
		}
		next = s.Last() + 1
	}
}

// What others have done is put in as it is, and can be taken back with what came after it.
func TestAdded(t *testing.T) {
	there := example(parcels, 1, id(1))
	there.SetHead(models.Head{ID: id(1), Rev: 3, CreatedAt: 1, UpdatedAt: 1})
	b := newTestBatch(&memory{values: map[name]models.Value{{parcels, id(1)}: there}})
	mark := b.Mark()
	noticed := example(parcels, 2, id(1))
	noticed.SetHead(models.Head{ID: id(1), Rev: 4, CreatedAt: 1, UpdatedAt: 2})
	b.Add("another program", 1, Change{Schema: parcels, Op: "notice", ID: id(1), Rev: 4, Before: there, After: noticed})
	step := b.mustRun(t, 1, put(parcels, example(parcels, 3, id(1)), example(parcels, 1, id(2))))
	if c := step.Changes[0]; step.First != 9 || c.Rev != 5 || c.Before != noticed {
		t.Errorf("on top of what others did: %+v", step)
	}
	b.Back(mark)
	if v, rev := b.Value(parcels, id(1)); v != there || rev != 3 || b.Head() != 7 || len(b.Steps()) != 0 {
		t.Errorf("taken back: %v at %d", v, rev)
	}
	if _, err := b.Run("", 1, put(parcels, example(parcels, 1, id(2)))); !errors.Is(err, dao.ErrConflict) {
		t.Errorf("the text of what is back is free: %v", err)
	}
}

// updater makes an Updater of a function that runs steps.
type updater func(do func(dao.Tx) error) *Step

func (u updater) Update(_ context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	u(do)
	return dao.Receipt{}, nil
}
