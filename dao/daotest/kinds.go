package daotest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// kindTests are the rules that hold for every kind whose values are not a history.
func kindTests() []test {
	rules := []struct {
		name string
		run  func(*testing.T, shop, *dao.Schema, face)
	}{
		{"a value is made, changed and deleted", kindLife},
		{"create again is repeated, or a conflict", kindAgain},
		{"unique texts are taken once, and free again", kindUnique},
		{"a listing is what the schema selects", kindListing},
		{"changes are told to whom the schema says", kindTopic},
		{"what has not changed expires", kindExpire},
		{"what is returned shares nothing", kindOwner},
	}
	var tests []test
	for _, k := range dao.Kinds() {
		for _, rule := range rules {
			if k.History {
				continue
			}
			tests = append(tests, test{k.Plural + ": " + rule.name, func(t *testing.T, h Harness) {
				s := open(t, h)
				rule.run(t, s, k, s.face(k))
			}})
		}
	}
	return tests
}

// others returns the kinds that only this suite, or only some programs have.
func others() (kinds []*dao.Schema) {
	for _, k := range dao.Kinds() {
		if !k.Always {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// face is the collection of a kind, as callers see it, without its type.
type face struct {
	get    func(models.ID) (models.Value, error)
	create func(models.Value) (models.Value, dao.Receipt, error)
	update func(models.ID, func(models.Value) error) (models.Value, dao.Receipt, error)
	delete func(models.ID) (models.Value, dao.Receipt, error)
	expire func(models.Time) (int, error)
}

// face returns that of a kind: the one that the store has for callers, where it has one.
func (s shop) face(k *dao.Schema) face { return s.faceWith(s.ctx, k) }

func (s shop) faceWith(ctx context.Context, k *dao.Schema) face {
	var f face
	switch k.Kind {
	case dao.KindProduct:
		f = faceOf(ctx, s.Products)
	case dao.KindCart:
		f = faceOf(ctx, s.Carts)
	default:
		f = s.faceOfAny(ctx, k)
	}
	f.expire = func(before models.Time) (int, error) { return k.Expire(ctx, s.Values, before) }
	return f
}

// faceOfAny is that of a kind for which the store has none of its own.
func (s shop) faceOfAny(ctx context.Context, k *dao.Schema) face {
	step := func(do func(dao.Tx) (models.Value, error)) (v models.Value, receipt dao.Receipt, err error) {
		receipt, err = s.Update(ctx, func(tx dao.Tx) (err error) { v, err = do(tx); return err })
		return copied(k, v), receipt, err
	}
	return face{
		get: func(id models.ID) (models.Value, error) { v, err := s.Values.Get(ctx, k, id); return copied(k, v), err },
		create: func(v models.Value) (models.Value, dao.Receipt, error) {
			return step(func(tx dao.Tx) (models.Value, error) {
				own := k.Clone(v)
				own.Normalize()
				if err := own.Check(); err != nil {
					return nil, err
				}
				return k.Create(tx, own)
			})
		},
		update: func(id models.ID, change func(models.Value) error) (models.Value, dao.Receipt, error) {
			return step(func(tx dao.Tx) (models.Value, error) { return k.Update(tx, id, change) })
		},
		delete: func(id models.ID) (models.Value, dao.Receipt, error) {
			return step(func(tx dao.Tx) (models.Value, error) {
				was, err := tx.Get(k, id)
				if err == nil {
					err = tx.Delete(k, id)
				}
				return was, err
			})
		},
	}
}

func copied(k *dao.Schema, v models.Value) models.Value {
	if v == nil {
		return nil
	}
	return k.Clone(v)
}

// collection is what the collections of all kinds have in common.
type collection[T any] interface {
	Get(context.Context, models.ID) (T, error)
	Create(context.Context, T) (T, dao.Receipt, error)
	Update(context.Context, models.ID, func(*T) error) (T, dao.Receipt, error)
	Delete(context.Context, models.ID, ...func(T) error) (T, dao.Receipt, error)
}

func faceOf[T any, P models.Of[T]](ctx context.Context, c collection[T]) face {
	return face{
		get: func(id models.ID) (models.Value, error) { v, err := c.Get(ctx, id); return P(&v), err },
		create: func(v models.Value) (models.Value, dao.Receipt, error) {
			made, receipt, err := c.Create(ctx, *v.(P))
			return P(&made), receipt, err
		},
		update: func(id models.ID, change func(models.Value) error) (models.Value, dao.Receipt, error) {
			v, receipt, err := c.Update(ctx, id, func(v *T) error { return change(P(v)) })
			return P(&v), receipt, err
		},
		delete: func(id models.ID) (models.Value, dao.Receipt, error) {
			v, receipt, err := c.Delete(ctx, id)
			return P(&v), receipt, err
		},
	}
}

// become gives a value the content of another one.
func become(v, other models.Value) {
	head := v.GetHead()
	reflect.ValueOf(v).Elem().Set(reflect.ValueOf(other).Elem())
	v.SetHead(head)
}

func becomes(other models.Value) func(models.Value) error {
	return func(v models.Value) error { become(v, other); return nil }
}

// example is an example of a kind with an id.
func example(k *dao.Schema, n int, id models.ID) models.Value {
	v := k.Example(n)
	v.SetHead(models.Head{ID: id})
	return v
}

// same wants a value to have the content of another one.
func (s shop) same(what string, k *dao.Schema, got, want models.Value) {
	s.t.Helper()
	if got == nil || !k.Same(got, want) {
		s.t.Fatalf("%s: got %s, want %s", what, models.JSON(got), models.JSON(want))
	}
}

func kindLife(t *testing.T, s shop, k *dao.Schema, f face) {
	made, receipt, err := f.create(example(k, 1, id(1)))
	s.ok("create", err)
	head := made.GetHead()
	if head.Rev != 1 || head.CreatedAt == 0 || head.UpdatedAt != head.CreatedAt || receipt.Position != s.head() {
		t.Errorf("made %+v with %+v", head, receipt)
	}
	s.same("made", k, made, example(k, 1, id(1)))
	changed, receipt, err := f.update(id(1), becomes(k.Example(2)))
	s.ok("update", err)
	if is := changed.GetHead(); is.Rev != 2 || is.CreatedAt != head.CreatedAt || receipt.Position != s.head() {
		t.Errorf("changed to %+v with %+v", is, receipt)
	}
	there, err := f.get(id(1))
	s.ok("get", err)
	s.equal("stored", string(models.JSON(there)), string(models.JSON(changed)))
	_, receipt, err = f.update(id(1), func(models.Value) error { return nil })
	s.ok("update to the same", err)
	s.repeated(receipt, dao.Position{})
	refused := errors.New("refused")
	if _, _, err := f.update(id(1), func(models.Value) error { return refused }); err != refused {
		t.Errorf("update answers %v, not the error of change", err)
	}
	was, _, err := f.delete(id(1))
	s.ok("delete", err)
	s.same("deleted", k, was, changed)
	for what, do := range map[string]func() error{
		"get":    func() error { _, err := f.get(id(1)); return err },
		"update": func() error { _, _, err := f.update(id(1), becomes(k.Example(3))); return err },
		"delete": func() error { _, _, err := f.delete(id(1)); return err },
	} {
		s.fails(what+" of what is gone", do(), dao.ErrNotFound)
	}
	again, _, err := f.create(example(k, 1, id(1)))
	s.ok("create anew", err)
	s.equal("revision after those that the feed tells of", again.GetHead().Rev, int64(4))
}

func kindAgain(_ *testing.T, s shop, k *dao.Schema, f face) {
	_, _, err := f.create(example(k, 1, id(1)))
	s.ok("create", err)
	again, receipt, err := f.create(example(k, 1, id(1)))
	s.ok("create again", err)
	s.same("created again", k, again, example(k, 1, id(1)))
	s.repeated(receipt, dao.Position{})
	head := s.head()
	_, _, err = f.create(example(k, 2, id(1)))
	s.fails("create other content", err, dao.ErrConflict)
	s.still(head)
}

func kindUnique(t *testing.T, s shop, k *dao.Schema, f face) {
	if len(k.Unique) == 0 {
		return
	}
	for n := range 3 {
		_, _, err := f.create(example(k, n, id(n+1)))
		s.ok("create", err)
	}
	conflict := func(what string, err error) {
		s.t.Helper()
		is, ok := errors.AsType[dao.Conflict](err)
		if !ok || !slices.ContainsFunc(k.Unique, func(u dao.Unique) bool { return u.Field == is.Field }) {
			t.Errorf("%s: got error %v, want a conflict of a unique text", what, err)
		}
	}
	_, _, err := f.create(example(k, 1, id(9)))
	conflict("create with the texts of another", err)
	_, _, err = f.update(id(1), becomes(k.Example(1)))
	conflict("update to the texts of another", err)
	_, err = s.Load(s.ctx, batchOf(example(k, 1, id(9))))
	conflict("load with the texts of another", err)
	_, err = s.Load(s.ctx, batchOf(example(k, 8, id(8)), example(k, 8, id(9))))
	conflict("load of the same texts twice", err)
	_, _, err = f.update(id(2), becomes(k.Example(5)))
	s.ok("update to others", err)
	_, _, err = f.create(example(k, 1, id(9)))
	s.ok("create with texts that were let go of", err)
	_, _, err = f.delete(id(9))
	s.ok("delete", err)
	_, _, err = f.update(id(3), becomes(k.Example(1)))
	s.ok("update to texts of what is deleted", err)
}

// batchOf returns a batch of values.
func batchOf(values ...models.Value) (b dao.Batch) {
	for _, v := range values {
		b.Add(v)
	}
	return b
}

func kindListing(t *testing.T, s shop, k *dao.Schema, f face) {
	var values []models.Value
	for n := range 12 {
		v := example(k, n, id(12-n))
		v.SetHead(models.Head{ID: id(12 - n), Rev: 1, CreatedAt: models.Time(1000 + n/3), UpdatedAt: 2000})
		values = append(values, v)
	}
	s.load(batchOf(values...))
	for i, n := range []int{3, 7} {
		changed, _, err := f.update(values[n].GetHead().ID, becomes(k.Example(20+i)))
		s.ok("update", err)
		values[n] = changed
	}
	_, _, err := f.delete(values[5].GetHead().ID)
	s.ok("delete", err)
	values = slices.Delete(values, 5, 6)
	fields := []string{""}
	for _, sort := range k.Sorts {
		fields = append(fields, sort.Field)
	}
	for _, field := range fields {
		for _, q := range []models.Query{{Sort: field, Limit: 100}, {Sort: field, Backwards: true, Limit: 4, Page: 2}, {Sort: field, Limit: 4, Page: 3}, {Limit: 5, Page: 9}} {
			got, total, err := s.Values.List(s.ctx, k, q)
			s.ok("list", err)
			want, n := k.Select(values, q)
			s.equal("total", total, n)
			s.equal(fmt.Sprintf("listed by %+v", q), texts(got), texts(want))
		}
	}
	if k.Check(models.Query{Sort: "nothing", Limit: 1}) == nil || k.Check(models.Query{}) == nil {
		t.Error("a query that cannot be served is taken")
	}
}

func texts(values []models.Value) (list []string) {
	for _, v := range values {
		list = append(list, string(models.JSON(v)))
	}
	return list
}

func kindTopic(t *testing.T, s shop, k *dao.Schema, f face) {
	_, _, err := f.create(example(k, 1, id(1)))
	s.ok("create", err)
	_, _, err = f.update(id(1), becomes(k.Example(2)))
	s.ok("update", err)
	_, _, err = f.delete(id(1))
	s.ok("delete", err)
	for _, change := range s.history() {
		if topic := dao.TopicOf(change); dao.IsTopic(topic) == k.Guarded || (topic == k.Plural) != (k.Topic == nil) {
			t.Errorf("a change of %s is told to %q", k, topic)
		}
	}
}

func kindExpire(_ *testing.T, s shop, k *dao.Schema, f face) {
	if k.Kind == dao.KindProduct { // which have no index for it: nobody may ask
		return
	}
	old, fresh := example(k, 1, models.ID{}), example(k, 2, id(2))
	old.SetHead(models.Head{ID: id(1), Rev: 1, CreatedAt: 1000, UpdatedAt: 2000})
	s.load(batchOf(old))
	_, _, err := f.create(fresh)
	s.ok("create", err)
	n, err := f.expire(3000)
	s.ok("expire", err)
	s.equal("expired", n, 1)
	_, err = f.get(id(1))
	s.fails("get", err, dao.ErrNotFound)
	_, err = f.get(id(2))
	s.ok("get", err)
}

func kindOwner(_ *testing.T, s shop, k *dao.Schema, f face) {
	given := example(k, 1, id(1))
	made, _, err := f.create(given)
	s.ok("create", err)
	want := string(models.JSON(made))
	kept, err := f.get(id(1))
	s.ok("get", err)
	for _, v := range []models.Value{given, made, kept} {
		ruin(v)
	}
	_, _, err = f.update(id(1), func(v models.Value) error { ruin(v); return errors.New("no") })
	if err == nil {
		s.t.Fatal("update swallows an error")
	}
	there, err := f.get(id(1))
	s.ok("get", err)
	s.equal("stored", string(models.JSON(there)), want)
}

// ruin writes over whatever a value shares.
func ruin(v models.Value) {
	of := reflect.ValueOf(v).Elem()
	for i := range of.NumField() {
		if list := of.Field(i); list.Kind() == reflect.Slice {
			for n := range list.Len() {
				list.Index(n).SetZero()
			}
		}
	}
	of.SetZero()
}
