package filemanagers

import (
	"pulperia/dao"
	"pulperia/dao/models"
)

// view is the store as the writes of one batch see it: what is durable, over it what the batch
// before is about to make durable, and over that what they have done so far.
type view struct {
	*state
	under   *view // of the batch that is being committed, until it is
	epoch   string
	head    int64
	now     models.Time
	changes []staged
	bodies  []byte // of their lines, one after the other
	steps   []span

	// What the batch did.
	changed       map[name]models.Value    // nil of what is gone; of a history those that may come again: their ids were given
	owned         map[uniqueText]models.ID // who got a text last; it may have let go of it
	newTombstones map[value]int64          // the revisions of what it deleted
}

// name names a value in a view.
type name struct {
	kind uint8
	id   models.ID
}

// uniqueText is a text that only one value of a kind may have.
type uniqueText struct {
	kind, unique uint8
	text         string
}

// staged is an entry of the feed, without its document, with the value before and after it. The
// values are never altered.
type staged struct {
	dao.Change
	body          int // where its line's body ends
	kind          *kind
	before, after models.Value // nil where there is none; of a history after is there when it was loaded
}

// newView makes a view on what is durable. It takes over the lists of one that is not needed any
// more, if there is one.
func newView(s *state, f *feed, used *view) *view {
	v := &view{
		state: s, epoch: f.epoch, head: f.head(),
		changed: map[name]models.Value{}, owned: map[uniqueText]models.ID{}, newTombstones: map[value]int64{},
	}
	if used != nil && cap(used.bodies) <= mostKept {
		clear(used.changes) // of what it refers to
		v.changes, v.bodies, v.steps = used.changes[:0], used.bodies[:0], used.steps[:0]
	}
	return v
}

// on puts a view over another one.
func (v *view) on(under *view) { v.under, v.head = under, under.head }

// fresh returns what the batches that are not durable yet made of a value; nil of one that they
// deleted.
func (v *view) fresh(k *kind, id models.ID) (value models.Value, changed bool) {
	for o := v; o != nil && !changed; o = o.under {
		value, changed = o.changed[name{k.n, id}]
	}
	return value, changed
}

// get returns a value as it is now, or nil.
func (v *view) get(k *kind, id models.ID) models.Value {
	if value, changed := v.fresh(k, id); changed {
		return value
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return k.table.get(id)
}

// owner returns the id of a value that has a unique text now, or the zero ID. Who took it in a batch,
// or had it before, may have let go of it since.
func (v *view) owner(k *kind, unique int, text string) models.ID {
	has := func(id models.ID) bool {
		value := v.get(k, id)
		return value != nil && k.Unique[unique].Of(value) == text
	}
	for o := v; o != nil; o = o.under {
		if id, taken := o.owned[uniqueText{k.n, uint8(unique), text}]; taken && has(id) {
			return id
		}
	}
	v.mu.RLock()
	owners := k.table.owners(unique, text)
	v.mu.RUnlock()
	for _, id := range owners {
		if has(id) {
			return id
		}
	}
	return models.ID{}
}

// wantFree is a dao.Conflict when a value may not have the unique texts that it did not have
// before.
func (v *view) wantFree(k *kind, before, after models.Value) error {
	for i, unique := range k.Unique {
		text := unique.Of(after)
		if text == "" || before != nil && unique.Of(before) == text {
			continue
		}
		if owner := v.owner(k, i, text); !owner.IsZero() && (before == nil || owner != before.GetHead().ID) {
			return dao.Conflict{Field: unique.Field, Value: text}
		}
	}
	return nil
}

// place returns where a value of a history stands, if it is durable.
func (v *view) place(k *kind, id models.ID) (i int, known bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return k.history.place(id)
}

// has says whether there is a value now.
func (v *view) has(k *kind, id models.ID) bool {
	if value, changed := v.fresh(k, id); changed || !k.History {
		return value != nil || !changed && v.get(k, id) != nil
	}
	_, known := v.place(k, id)
	return known
}

// firstRev returns the revision of a new value.
func (v *view) firstRev(kind dao.Kind, id models.ID) int64 {
	of := value{kind, id}
	v.mu.RLock()
	rev := v.tombstones[of].rev
	v.mu.RUnlock()
	for o := v; o != nil; o = o.under {
		rev = max(rev, o.newTombstones[of])
	}
	return rev + 1
}

// lines appends the batch as the journal holds it, and says where each line begins in a file of the
// given size.
func (v *view) lines(b []byte, size int64) (text []byte, at []int64) {
	opening := openBatch(span{v.changes[0].Offset, v.changes[len(v.changes)-1].Offset})
	at = make([]int64, 0, len(v.changes))
	i, body := 0, 0
	for _, s := range v.steps {
		for ; i < len(v.changes) && v.changes[i].Offset <= s[1]; i++ {
			at = append(at, size+int64(len(b)))
			b = appendLine(b, opening, s, v.bodies[body:v.changes[i].body])
			body = v.changes[i].body
		}
	}
	return b, at
}

// step is what one write does: all of it or nothing.
type step struct {
	*view
	first, body int // its first change, and where the bodies of its lines begin
}

// run runs do as one step.
func (v *view) run(do func(step) error) (receipt dao.Receipt, err error) {
	v.now = models.TimeOf(v.state.now())
	s := step{v, len(v.changes), len(v.bodies)}
	whole := false
	defer func() { // do may panic
		if !whole {
			s.undo()
		}
	}()
	if err := do(s); err != nil {
		return dao.Receipt{}, err
	}
	whole = true
	return s.complete(), nil
}

// complete ends the step.
func (s step) complete() dao.Receipt {
	receipt := dao.Receipt{Position: dao.Position{Epoch: s.epoch, Offset: s.head}, Repeated: len(s.changes) == s.first}
	if !receipt.Repeated {
		s.steps = append(s.steps, span{s.changes[s.first].Offset, s.head})
	}
	return receipt
}

// undo takes back what the step did.
func (s step) undo() {
	for i := len(s.changes) - 1; i >= s.first; i-- {
		c := s.changes[i]
		if c.kind.History {
			delete(s.changed, name{c.kind.n, c.ID})
		} else {
			s.set(c.kind, c.ID, c.before)
		}
		s.head--
	}
	s.changes, s.bodies = s.changes[:s.first], s.bodies[:s.body]
}

// put makes after a value of a kind; before is what it was, or nil.
func (s step) put(k *kind, before, after models.Value) {
	head := after.GetHead()
	s.set(k, head.ID, after)
	s.add(head.ID, head.Rev, models.JSON(after), staged{kind: k, before: before, after: after})
}

func (s step) delete(k *kind, before models.Value) {
	head := before.GetHead()
	s.set(k, head.ID, nil)
	s.add(head.ID, head.Rev+1, nil, staged{kind: k, before: before})
}

// append stores a new value of a history; doc is its JSON form.
func (s step) append(k *kind, id models.ID, doc []byte) { s.add(id, 1, doc, staged{kind: k}) }

// set notes what has become of a value, for the steps to come.
func (s step) set(k *kind, id models.ID, after models.Value) {
	for i, unique := range k.Unique {
		if after != nil {
			s.owned[uniqueText{k.n, uint8(i), unique.Of(after)}] = id
		}
	}
	s.changed[name{k.n, id}] = after
}

// add gives a change the next offset; without a document it is a delete.
func (s step) add(id models.ID, rev int64, doc []byte, c staged) {
	s.head++
	op := dao.OpPut
	if doc == nil {
		op = dao.OpDelete
		s.newTombstones[value{c.kind.Kind, id}] = rev
	}
	c.Change = dao.Change{Offset: s.head, At: s.now, Kind: c.kind.Kind, Op: op, ID: id, Rev: rev}
	s.bodies = appendBody(s.bodies, c.Change, doc)
	c.body = len(s.bodies)
	s.changes = append(s.changes, c)
}
