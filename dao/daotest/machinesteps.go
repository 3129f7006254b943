package daotest

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

// act is one thing that a random step does; without a value it deletes.
type act struct {
	*dao.Schema
	id models.ID
	v  models.Value
}

// step runs some puts and deletes as one step: as far as the model says that they can be done.
func (m *machine) step(rt *rapid.T) {
	acts := make([]act, rapid.IntRange(1, 5).Draw(rt, "acts"))
	for i := range acts {
		k := m.drawnKind(rt)
		acts[i] = act{Schema: k, id: id(rapid.IntRange(1, 4).Draw(rt, "id"))}
		if rapid.IntRange(0, 2).Draw(rt, "delete?") > 0 {
			acts[i].v = drawn(rt, k)
			acts[i].v.SetHead(models.Head{ID: acts[i].id})
		}
	}
	after := &machine{shop: m.shop, values: maps.Clone(m.values)}
	var touched []key
	var want func(error)
	for _, a := range acts {
		of := key{a.Kind, a.id}
		was := after.values[of]
		if want = after.act(a); want != nil {
			break
		}
		if after.values[of] != was && !slices.Contains(touched, of) { // a put of the same is none
			touched = append(touched, of)
		}
	}
	put := map[key]models.Value{}
	receipt, err := m.Update(m.ctx, func(tx dao.Tx) error {
		for _, a := range acts {
			if a.v == nil {
				if err := tx.Delete(a.Schema, a.id); err != nil {
					return err
				}
				continue
			}
			v := a.Clone(a.v)
			if err := tx.Put(a.Schema, v); err != nil {
				return err
			}
			put[key{a.Kind, a.id}] = v
		}
		return nil
	})
	if want != nil {
		want(err)
		return
	}
	m.ok("step", err)
	m.stepped(receipt, touched, after.values, put)
}

// act does to the model what a step does, or returns what the error of that must be.
func (m *machine) act(a act) (want func(error)) {
	of := key{a.Kind, a.id}
	old, there := m.values[of]
	switch {
	case a.v == nil && !there:
		return func(err error) { m.fails("delete in a step", err, dao.ErrNotFound) }
	case a.v == nil:
		delete(m.values, of)
		return nil
	}
	v := a.Clone(a.v)
	v.Normalize()
	switch {
	case v.Check() != nil:
		return func(err error) { m.invalid("put in a step", err) }
	case there && a.Same(old, v):
	case m.taken(a.Schema, v):
		return func(err error) { m.fails("put in a step", err, dao.ErrConflict) }
	default:
		m.values[of] = v
	}
	return nil
}

// stepped takes over what a step has made of the values that it touched.
func (m *machine) stepped(receipt dao.Receipt, touched []key, values, put map[key]models.Value) {
	var changes []dao.Change
	for _, of := range touched {
		k, before, after := dao.SchemaOf(of.kind), m.values[of], values[of]
		rev := m.revs[of] + 1
		switch {
		case before == nil && after == nil, before != nil && after != nil && k.Same(before, after):
			continue
		case after == nil:
			delete(m.values, of)
			changes = append(changes, dao.Change{Kind: of.kind, Op: dao.OpDelete, ID: of.id, Rev: rev})
			continue
		}
		head := put[of].GetHead()
		if before != nil && head.CreatedAt != before.GetHead().CreatedAt || head.Rev != rev || head.UpdatedAt == 0 {
			m.t.Fatalf("a step has put %+v in the place of %+v", head, before)
		}
		after = k.Clone(after)
		after.SetHead(head)
		m.values[of] = after
		changes = append(changes, dao.Change{Kind: of.kind, Op: dao.OpPut, ID: of.id, Rev: rev, Doc: models.JSON(after)})
	}
	if len(changes) == 0 {
		m.repeated(receipt, dao.Position{})
	}
	m.noteStep(changes)
}
