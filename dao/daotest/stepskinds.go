package daotest

import (
	"errors"
	"runtime"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func stepIsOne(t *testing.T, h Harness, k *dao.Schema) {
	s := open(t, h)
	s.step(func(tx dao.Tx) error {
		return putAll(tx, k, example(k, 1, id(1)), example(k, 2, id(2)), example(k, 3, id(3)))
	})
	var made, changed, said models.Value
	receipt := s.step(func(tx dao.Tx) error {
		made, changed, said = example(k, 4, id(4)), example(k, 5, id(2)), dao.Message.Example(6)
		err := errors.Join(tx.Put(k, made), tx.Put(k, changed), tx.Delete(k, id(3)), tx.Put(dao.Message.Schema, said))
		if now := tx.Now(); err == nil && (made.GetHead().UpdatedAt < now || changed.GetHead().UpdatedAt != now) {
			t.Errorf("at %v it made %+v and changed %+v", now, made.GetHead(), changed.GetHead())
		}
		return err
	})
	if rev := changed.GetHead().Rev; rev != 2 || made.GetHead().Rev != 1 || said.GetHead().ID.IsZero() {
		t.Errorf("made %+v, changed %+v, said %+v", made.GetHead(), changed.GetHead(), said.GetHead())
	}
	s.equal("receipt", receipt, dao.Receipt{Position: dao.Position{Epoch: s.head().Epoch, Offset: 7}})
	for range 2 {
		changes := s.since(dao.Position{Epoch: s.head().Epoch, Offset: 3})
		s.tells(changes, 3, []dao.Change{
			{Kind: k.Kind, Op: dao.OpPut, ID: id(4), Rev: 1, End: 7, Doc: models.JSON(made)},
			{Kind: k.Kind, Op: dao.OpPut, ID: id(2), Rev: 2, End: 7, Doc: models.JSON(changed)},
			{Kind: k.Kind, Op: dao.OpDelete, ID: id(3), Rev: 2, End: 7},
			{Kind: dao.KindMessage, Op: dao.OpPut, ID: said.GetHead().ID, Rev: 1, End: 7, Doc: models.JSON(said)},
		})
		for n, want := range map[int]models.Value{4: made, 2: changed, 3: nil} {
			got, err := s.Values.Get(s.ctx, k, id(n))
			if want == nil {
				s.fails("get of what is gone", err, dao.ErrNotFound)
				continue
			}
			s.ok("get", err)
			s.equal("stored", string(models.JSON(got)), string(models.JSON(want)))
		}
		s = shopOf(t, h.Reopen(t, s.Store))
	}
}

func stepHalfWay(t *testing.T, h Harness, k *dao.Schema) {
	s := open(t, h)
	s.step(func(tx dao.Tx) error { return putAll(tx, k, example(k, 1, id(1)), example(k, 2, id(2))) })
	was, head := s.dump()
	refused := errors.New("refused")
	half := func(tx dao.Tx) error {
		err := errors.Join(tx.Put(k, example(k, 3, id(3))), tx.Put(k, example(k, 4, id(1))), tx.Delete(k, id(2)), tx.Put(dao.Message.Schema, dao.Message.Example(1)))
		s.ok("half of a step", err)
		return nil
	}
	if _, err := s.Update(s.ctx, func(tx dao.Tx) error { half(tx); return refused }); err != refused {
		t.Errorf("a step answers %v, not the error of do", err)
	}
	_, err := s.Update(s.ctx, func(tx dao.Tx) error { half(tx); _, err := tx.Get(k, id(9)); return err })
	s.fails("a step that does not find something", err, dao.ErrNotFound)
	func() {
		defer func() {
			if got := recover(); got != "broken" {
				t.Errorf("the caller met %v, not its own panic", got)
			}
		}()
		s.Update(s.ctx, func(tx dao.Tx) error { half(tx); panic("broken") })
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Update(s.ctx, func(tx dao.Tx) error { half(tx); runtime.Goexit(); return nil })
	}()
	<-ended
	s.still(head)
	is, _ := s.dump()
	s.equal("stored", is, was)
	s.step(half) // and all that is free still
}

func stepOneChange(t *testing.T, h Harness, k *dao.Schema) {
	s := open(t, h)
	s.step(func(tx dao.Tx) error {
		return putAll(tx, k, example(k, 1, id(1)), example(k, 2, id(2)), example(k, 3, id(3)))
	})
	head := s.head()
	var last, back models.Value
	s.step(func(tx dao.Tx) error {
		last, back = example(k, 5, id(1)), example(k, 2, id(2))
		return errors.Join(
			tx.Put(k, example(k, 4, id(1))), tx.Put(k, last), // twice
			tx.Put(k, example(k, 6, id(2))), tx.Put(k, back), // there and back
			tx.Put(k, example(k, 7, id(7))), tx.Delete(k, id(7)), // for a moment
			tx.Delete(k, id(3)), tx.Put(k, example(k, 8, id(3))), // deleted and made
		)
	})
	changes := s.since(head)
	s.equal("how many changes", len(changes), 2)
	for i, want := range []models.Value{last, nil} {
		s.equal("revision", changes[i].Rev, int64(2))
		if want != nil {
			s.equal("what is told", string(changes[i].Doc), string(models.JSON(want)))
		}
	}
	for n, content := range map[int]int{1: 5, 2: 2, 3: 8} {
		got, err := s.Values.Get(s.ctx, k, id(n))
		s.ok("get", err)
		s.same("stored", k, got, example(k, content, id(n)))
	}
	s.step(func(tx dao.Tx) error { return tx.Put(k, example(k, 9, id(2))) })
	got, err := s.Values.Get(s.ctx, k, id(2))
	s.ok("get", err)
	s.equal("revision after what came to nothing", got.GetHead().Rev, int64(2))
	s.step(func(tx dao.Tx) error { return tx.Put(k, example(k, 7, id(7))) })
	got, err = s.Values.Get(s.ctx, k, id(7))
	s.ok("get", err)
	s.equal("revision of what was there for a moment", got.GetHead().Rev, int64(1))
}

func stepUnique(t *testing.T, h Harness, k *dao.Schema) {
	if len(k.Unique) == 0 {
		return
	}
	s := open(t, h)
	s.step(func(tx dao.Tx) error { return putAll(tx, k, example(k, 1, id(1)), example(k, 2, id(2))) })
	head := s.head()
	_, err := s.Update(s.ctx, func(tx dao.Tx) error { return tx.Put(k, example(k, 1, id(3))) })
	s.fails("put with the texts of another", err, dao.ErrConflict)
	_, err = s.Update(s.ctx, func(tx dao.Tx) error { return putAll(tx, k, example(k, 3, id(3)), example(k, 3, id(4))) })
	s.fails("put of the same texts twice", err, dao.ErrConflict)
	_, err = s.Update(s.ctx, func(tx dao.Tx) error {
		return errors.Join(tx.Put(k, example(k, 4, id(1))), tx.Put(k, example(k, 1, id(2))), tx.Put(k, example(k, 1, id(3))))
	})
	s.fails("put of texts that were freed and taken", err, dao.ErrConflict)
	s.still(head)
	s.step(func(tx dao.Tx) error { // they change places
		return putAll(tx, k, example(k, 3, id(1)), example(k, 1, id(2)), example(k, 2, id(1)))
	})
	s.step(func(tx dao.Tx) error { // one is deleted, and a new one has its texts
		return errors.Join(tx.Delete(k, id(1)), tx.Put(k, example(k, 2, id(5))))
	})
	for i, u := range k.Unique {
		for n, owner := range map[int]int{1: 2, 2: 5, 3: 0} {
			text, want := u.Of(k.Example(n)), models.ID{}
			if owner > 0 {
				want = id(owner)
			}
			s.step(func(tx dao.Tx) error {
				got, err := tx.Owner(k, k.Unique[i].Field, text)
				s.equal("owner of "+text, got, want)
				return err
			})
		}
	}
}
