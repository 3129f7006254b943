package filemanagers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// act is one write of a scenario; fold is no write, but must be survived too.
type act func(t *testing.T, s dao.Store) error

// scenario is a life of a store with every kind of write, and folds in between.
func scenario() (acts []act) {
	put := func(n int) act {
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Products.Create(t.Context(), testProduct(n))
			return err
		}
	}
	say := func(n int) act {
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Messages.Append(t.Context(), models.Message{ID: testID(n), User: "ana@example.com", Message: fmt.Sprint("hola ", n)})
			return err
		}
	}
	stock := func(n int, stock int64) act {
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Products.Update(t.Context(), testID(n), func(p *models.Product) error { p.Stock = stock; return nil })
			return err
		}
	}
	remove := func(n int) act {
		return func(t *testing.T, s dao.Store) error {
			_, _, err := s.Products.Delete(t.Context(), testID(n))
			return err
		}
	}
	cart := func(t *testing.T, s dao.Store) error {
		_, _, err := s.Carts.Create(t.Context(), models.Cart{ID: testID(1)})
		return err
	}
	add := func(t *testing.T, s dao.Store) error {
		_, _, err := s.Carts.Update(t.Context(), testID(1), func(c *models.Cart) error { c.Add(models.Choice{Product: testID(2)}, 1); return nil })
		return err
	}
	load := func(t *testing.T, s dao.Store) error {
		_, err := s.Load(t.Context(), dao.Batch{
			Products: []models.Product{testProduct(8), testProduct(9)},
			Messages: []models.Message{{ID: testID(8), User: "bea@example.com", Message: "todo"}, {ID: testID(9), User: "bea@example.com", Message: "o nada"}},
			Others:   []models.Value{testParcel(1)},
		})
		return err
	}
	parcel := func(t *testing.T, s dao.Store) error {
		_, err := s.Update(t.Context(), func(tx dao.Tx) error { return tx.Put(daotest.Parcel.Schema, testParcel(2)) })
		return err
	}
	fold := func(t *testing.T, s dao.Store) error { return s.Engine.(*engine).compactor.compact(false) }
	return []act{
		put(1), put(2), say(1), cart, fold, add, stock(1, 3), say(2), remove(1), fold, fold, load, add, put(1),
		say(3), remove(8), fold, stock(9, 0), parcel, say(4), add,
	}
}

// testParcel is the n-th example of a kind that no shop has, always with the same id.
func testParcel(n int) models.Value {
	v := daotest.Parcel.Example(n)
	v.SetHead(models.Head{ID: testID(1)})
	return v
}

// content writes down what a store holds, without the times, which differ from run to run.
func content(t *testing.T, s dao.Store) string {
	t.Helper()
	var b strings.Builder
	_, err := s.Dump(t.Context(), func(batch dao.Batch) error {
		for _, p := range batch.Products {
			p.CreatedAt, p.UpdatedAt = 0, 0
			fmt.Fprintf(&b, "%s\n", models.JSON(p))
		}
		for _, c := range batch.Carts {
			c.CreatedAt, c.UpdatedAt = 0, 0
			fmt.Fprintf(&b, "%s\n", models.JSON(c))
		}
		for _, v := range batch.Others {
			head := v.GetHead()
			v.SetHead(models.Head{ID: head.ID, Rev: head.Rev})
			fmt.Fprintf(&b, "%s\n", models.JSON(v))
		}
		for _, m := range batch.Messages {
			m.CreatedAt = 0
			fmt.Fprintf(&b, "%s\n", models.JSON(m))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantWholeFeed fails unless the feed tells every change from the oldest kept one to the head.
func wantWholeFeed(t *testing.T, s dao.Store) {
	t.Helper()
	head, err := s.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := dao.Position{Epoch: head.Epoch}
	var changes []dao.Change
	for {
		at.Offset = s.Feed.(*feed).oldest() - 1
		changes, err = s.Feed.Since(t.Context(), at, int(head.Offset-at.Offset))
		if !errors.Is(err, dao.ErrGone) || s.Feed.(*feed).oldest()-1 == at.Offset {
			break // and not pruned by a compaction that goes on beside
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if at.Offset++; c.Offset != at.Offset {
			t.Fatalf("change %d stands where %d should", c.Offset, at.Offset)
		}
	}
	if at != head {
		t.Fatalf("the feed ends at %v, its head is %v", at, head)
	}
}

// states returns what a store holds after each act of the scenario, and how many steps the whole
// life takes.
func states(t *testing.T, keep int) (after []string, steps int) {
	d := newMemDisk()
	s, err := openSmall(d, keep)
	if err != nil {
		t.Fatal(err)
	}
	after = []string{content(t, s)}
	for i, act := range stepScenario() {
		if err := act(t, s); err != nil {
			t.Fatalf("act %d: %v", i, err)
		}
		after = append(after, content(t, s))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return after, d.steps
}

// The power may go at any step of a write, a compaction, a start or a stop: what was acknowledged
// is there, a write that was not is there as a whole or not at all, and the feed has no gap.
func TestPowerLossAtEveryStep(t *testing.T) {
	const keep = 4
	random := newRandom(t)
	want, steps := states(t, keep)
	for fail := 1; fail <= steps; fail++ {
		d := newMemDisk()
		d.fail = fail
		done, unknown := live(t, d, keep)
		for range crashesEach() {
			after := d.crash(random)
			s, err := openDisk(after, keep)
			if err != nil {
				t.Fatalf("step %d failed after %d acts; then: %v", fail, done, err)
			}
			got := content(t, s)
			if got != want[done] && !(unknown && got == want[done+1]) {
				t.Fatalf("step %d failed after %d acts (the next unknown: %v); there is\n%s, not\n%s", fail, done, unknown, got, want[done])
			}
			wantWholeFeed(t, s)
			if _, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: "sigo"}); err != nil {
				t.Fatal(err)
			}
			again := content(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s, err = openDisk(after.crash(random), keep)
			if err != nil {
				t.Fatal(err)
			}
			if got := content(t, s); got != again {
				t.Fatalf("step %d: after a second start there is\n%s, not\n%s", fail, got, again)
			}
			wantWholeFeed(t, s)
		}
	}
	t.Attr("steps", strconv.Itoa(steps))
	t.Attr("crashes", strconv.Itoa(2*steps*crashesEach())) // each start is cut off once more
}

// live goes through the scenario until a step fails. It returns how many acts were acknowledged,
// and whether the next one may be done.
func live(t *testing.T, d disk, keep int) (done int, unknown bool) {
	s, err := openSmall(d, keep)
	if err != nil {
		return 0, false
	}
	defer s.Close()
	for _, act := range stepScenario() {
		if err := act(t, s); err != nil {
			return done, errors.Is(err, dao.ErrUnknown)
		}
		done++
	}
	return done, false
}

// A step may fail while the program goes on (a full disk, a bad sector): an error is answered,
// reads go on, and after a restart everything acknowledged is there.
func TestOneStepFails(t *testing.T) {
	const keep = 4
	want, steps := states(t, keep)
	for fail := 1; fail <= steps; fail++ {
		d := newMemDisk()
		d.fail, d.once = fail, true
		s, err := openSmall(d, keep)
		if err != nil {
			continue // the start was refused; nothing was acknowledged
		}
		acts := stepScenario()
		done, unknown := 0, false
		for _, act := range acts {
			if err := act(t, s); err != nil {
				unknown = errors.Is(err, dao.ErrUnknown)
				break
			}
			done++
		}
		if got := content(t, s); got != want[done] {
			t.Fatalf("step %d failed: reads see\n%s, not\n%s", fail, got, want[done])
		}
		if unknown && !errors.Is(s.Ready(t.Context()), dao.ErrUnavailable) {
			t.Fatalf("step %d failed, and the store is ready to write", fail)
		}
		s.Close() // may fail, too
		s, err = openDisk(d, keep)
		if err != nil {
			t.Fatalf("step %d failed; then: %v", fail, err)
		}
		if got := content(t, s); got != want[done] && !(unknown && got == want[done+1]) {
			t.Fatalf("step %d failed after %d acts; after a restart there is\n%s, not\n%s", fail, done, got, want[done])
		}
		wantWholeFeed(t, s)
	}
	t.Attr("steps", strconv.Itoa(steps))
}
