package steps

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

// TestBatchesUndo runs random steps, of which some fail, some are taken back later, and some go into
// the base, and compares what a batch over a batch says with a plain map.
func TestBatchesUndo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		base := &memory{values: map[name]models.Value{}}
		lower := newTestBatch(base)
		b := lower
		model := map[name]string{}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			mark, before := b.Mark(), maps.Clone(model)
			if rapid.IntRange(0, 5).Draw(rt, "over") == 0 && b == lower {
				b = NewBatch(lower, Options{Head: lower.Head(), At: lower.At(), Clock: new(dao.Clock), Size: lower.size})
				mark = b.Mark()
			}
			fails := rapid.IntRange(0, 2).Draw(rt, "fails") == 0
			_, err := b.Run("", 1, func(tx dao.Tx) error {
				for range rapid.IntRange(1, 5).Draw(rt, "acts") {
					act(rt, tx, model)
				}
				if fails {
					return errors.New("refused")
				}
				return nil
			})
			if err != nil {
				model = before
			} else if rapid.IntRange(0, 3).Draw(rt, "back") == 0 {
				b.Back(mark)
				model = before
			}
			same(rt, b, model)
		}
	})
}

func act(rt *rapid.T, tx dao.Tx, model map[name]string) {
	n := name{parcels, id(rapid.IntRange(1, 4).Draw(rt, "id"))}
	content := rapid.IntRange(0, 5).Draw(rt, "content")
	label := fmt.Sprint("P ", content)
	if content == 0 {
		if err := tx.Delete(parcels, n.id); (err == nil) != (model[n] != "") {
			rt.Fatalf("delete: %v, and there was %q", err, model[n])
		}
		delete(model, n)
		return
	}
	taken := false
	for of, l := range model {
		taken = taken || of != n && l == label
	}
	err := tx.Put(parcels, example(parcels, content, n.id))
	if errors.Is(err, dao.ErrConflict) != taken {
		rt.Fatalf("put of %q: %v, and taken is %v", label, err, taken)
	}
	if err == nil {
		model[n] = label
	}
}

func same(rt *rapid.T, b *Batch, model map[name]string) {
	for i := range 4 {
		v, _ := b.Value(parcels, id(i+1))
		label := ""
		if v != nil {
			label = parcels.Unique[0].Of(v)
		}
		if want := model[name{parcels, id(i + 1)}]; label != want {
			rt.Fatalf("value %d is %q, not %q", i+1, label, want)
		}
	}
	next := b.Head()
	for _, s := range slices.Backward(b.Steps()) {
		if s.Last() != next {
			rt.Fatalf("a step ends at %d, not at %d", s.Last(), next)
		}
		next = s.First - 1
	}
}
