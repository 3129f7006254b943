package daotest

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// stepTests are the rules of steps of several values: some for every kind, some for a shop.
func stepTests() []test {
	tests := []test{
		{"a step without a change is repeated", stepOfNothing},
		{"a step sees what it has done so far", stepSeesItself},
		{"a step says who did it, and a restart keeps that", stepBy},
		{"a step has one time, and those of steps never go back", stepTimes},
		{"a step that is too large is refused", stepTooLarge},
		{"a message is said once in a step, and never removed", stepOfMessages},
		{"a hundred orders for fifty pieces sell fifty", stepOrders},
		{"who follows sees whole steps", stepFollowed},
		{"a step that looks up what it makes by chance ends", stepByChance},
	}
	rules := []struct {
		name string
		run  func(*testing.T, Harness, *dao.Schema)
	}{
		{"a step of several values is one, also after a restart", stepIsOne},
		{"a step that fails half way leaves nothing", stepHalfWay},
		{"what a step does to one value is one change", stepOneChange},
		{"unique texts are freed and taken in one step", stepUnique},
		{"changes of one value at once are all made", stepAdditions},
		{"what a step has read is still so", stepSkew},
		{"whose a text is is still so", stepOwnerSkew},
	}
	for _, k := range dao.Kinds() {
		for _, rule := range rules {
			if !k.History {
				tests = append(tests, test{k.Plural + ": " + rule.name, func(t *testing.T, h Harness) { rule.run(t, h, k) }})
			}
		}
	}
	return tests
}

// step runs do as one step, which must be done.
func (s shop) step(do func(dao.Tx) error) dao.Receipt {
	s.t.Helper()
	receipt, err := s.Update(s.ctx, do)
	s.ok("step", err)
	return receipt
}

// putAll puts values.
func putAll(tx dao.Tx, k *dao.Schema, values ...models.Value) error {
	for _, v := range values {
		if err := tx.Put(k, k.Clone(v)); err != nil {
			return err
		}
	}
	return nil
}

// fillStep puts a step with several values of all kinds in.
func (s shop) fillStep() dao.Receipt {
	s.t.Helper()
	return s.step(func(tx dao.Tx) error {
		for _, k := range dao.Kinds() {
			if err := putAll(tx, k, example(k, 61, id(1061)), example(k, 62, id(1062))); err != nil {
				return err
			}
		}
		return nil
	})
}

func stepOfNothing(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	head := s.head()
	s.repeated(s.step(func(tx dao.Tx) error { return nil }), dao.Position{})
	s.repeated(s.step(func(tx dao.Tx) error {
		for _, k := range dao.Kinds() {
			if !k.History {
				s.ok("put and delete", errors.Join(tx.Put(k, example(k, 60, id(60))), tx.Delete(k, id(60))))
			}
		}
		return nil
	}), dao.Position{})
	s.still(head)
}

func stepSeesItself(t *testing.T, h Harness) {
	s := open(t, h)
	for _, k := range dao.Kinds() {
		s.step(func(tx dao.Tx) error {
			_, err := tx.Get(k, id(1))
			s.fails("get before", err, dao.ErrNotFound)
			s.ok("put", tx.Put(k, example(k, 1, id(1))))
			fresh := example(k, 2, models.ID{})
			s.ok("put without an id", tx.Put(k, fresh))
			for _, want := range []models.Value{example(k, 1, id(1)), fresh} {
				got, err := tx.Get(k, want.GetHead().ID)
				s.ok("get", err)
				s.same("got", k, got, want)
			}
			for _, u := range k.Unique {
				owner, err := tx.Owner(k, u.Field, u.Of(fresh))
				s.ok("owner", err)
				s.equal("owner", owner, fresh.GetHead().ID)
			}
			if k.History {
				return nil
			}
			s.ok("delete", tx.Delete(k, id(1)))
			_, err = tx.Get(k, id(1))
			s.fails("get after the delete", err, dao.ErrNotFound)
			s.fails("delete again", tx.Delete(k, id(1)), dao.ErrNotFound)
			for _, u := range k.Unique {
				owner, err := tx.Owner(k, u.Field, u.Of(example(k, 1, id(1))))
				s.ok("owner", err)
				s.equal("owner of what is deleted", owner, models.ID{})
			}
			return nil
		})
	}
}

func stepBy(t *testing.T, h Harness) {
	s := open(t, h)
	ana, odd := dao.WithBy(s.ctx, "ana"), `"offset":1,"by":"<ñ>"`
	cart, _, err := s.Carts.Create(ana, models.Cart{})
	s.ok("create", err)
	_, _, err = s.Messages.Append(dao.WithBy(s.ctx, odd), message("hola"))
	s.ok("append", err)
	_, _, err = s.Carts.Delete(s.ctx, cart.ID)
	s.ok("delete", err)
	_, err = s.Update(ana, func(tx dao.Tx) error {
		s.equal("by", tx.By(), "ana")
		return putAll(tx, dao.Product.Schema, example(dao.Product.Schema, 1, id(1)), example(dao.Product.Schema, 2, id(2)))
	})
	s.ok("step", err)
	for range 2 {
		var by []string
		for _, c := range s.history() {
			by = append(by, c.By)
		}
		s.equal("by", by, []string{"ana", odd, "", "ana", "ana"})
		s = shopOf(t, h.Reopen(t, s.Store))
	}
}

func stepTimes(t *testing.T, h Harness) {
	s := open(t, h)
	atOnce(8, func(w int) {
		for range 5 {
			_, err := s.Update(s.ctx, func(tx dao.Tx) error {
				return putAll(tx, dao.Message.Schema, dao.Message.Example(w), dao.Message.Example(w))
			})
			if err != nil {
				t.Errorf("step: %v", err)
			}
		}
	})
	last := dao.Change{}
	for _, c := range s.history() {
		if c.At < last.At || c.End == last.End && c.At != last.At {
			t.Errorf("change %d is of %v, the one before it of %v", c.Offset, c.At, last.At)
		}
		last = c
	}
}

func stepTooLarge(t *testing.T, h Harness) {
	s := open(t, h)
	said := func(n int, text string) func(dao.Tx) error {
		return func(tx dao.Tx) error {
			for range n {
				m := message(text)
				if err := tx.Put(dao.Message.Schema, &m); err != nil {
					return err
				}
			}
			return nil
		}
	}
	_, err := s.Update(s.ctx, said(dao.MaxChanges+1, "x"))
	s.fails("a change too many", err, dao.ErrTooLarge)
	_, err = s.Update(s.ctx, func(tx dao.Tx) error {
		for n := range dao.MaxBytes/(2*models.MaxDescription) + 1 {
			p := product(strconv.Itoa(n))
			p.Description = strings.Repeat("ñ", models.MaxDescription) // two bytes each
			if err := tx.Put(dao.Product.Schema, &p); err != nil {
				return err
			}
		}
		return nil
	})
	s.fails("too many bytes", err, dao.ErrTooLarge)
	s.still(dao.Position{Epoch: s.head().Epoch})
	s.equal("position of the largest", s.step(said(dao.MaxChanges, "x")).Position, s.head())
	s.equal("offset", s.head().Offset, int64(dao.MaxChanges))
}

func stepOfMessages(t *testing.T, h Harness) {
	s := open(t, h)
	m := message("hola")
	m.ID = id(1)
	said := func(text string) error {
		_, err := s.Update(s.ctx, func(tx dao.Tx) error {
			one, other := m, m // nobody alters what he has put, so each run has its own
			other.Message = text
			return errors.Join(tx.Put(dao.Message.Schema, &one), tx.Put(dao.Message.Schema, &other))
		})
		return err
	}
	s.fails("other content in the same step", said("chau"), dao.ErrConflict)
	s.ok("twice in one step", said("hola"))
	head := s.head()
	s.equal("offset", head.Offset, int64(1))
	s.fails("other content later", said("chau"), dao.ErrConflict)
	s.ok("again", said("hola"))
	if _, err := s.Update(s.ctx, func(tx dao.Tx) error { return tx.Delete(dao.Message.Schema, id(1)) }); err == nil {
		s.t.Fatal("a message was removed")
	}
	s.still(head)
}
