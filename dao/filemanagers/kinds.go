package filemanagers

import (
	"cmp"
	"maps"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// kind is the values of one kind, in a table in memory or in a history on the disk.
type kind struct {
	*dao.Schema
	n       uint8    // its place among all
	table   table    // nil of a history
	history *history // nil of what is in memory
	last    int64    // the offset of the last change
}

// newKinds makes the kinds of a store as it was found.
func newKinds(found []*holding) []*kind {
	kinds := make([]*kind, len(found))
	for i, c := range found {
		kinds[i] = &kind{Schema: c.Schema, n: uint8(i), history: c.history, last: c.last}
		if !c.History {
			kinds[i].table = newTable(c.Schema, c.values)
		}
	}
	return kinds
}

// newTable makes the table of a kind. Products have one that also finds them by words.
func newTable(s *dao.Schema, values []models.Value) table {
	if s.Kind == dao.KindProduct {
		return newCatalogue(values)
	}
	return newRows(s, values)
}

// count returns how many values there are.
func (k *kind) count() int {
	if k.History {
		return len(k.history.ids)
	}
	return k.table.count()
}

// table is values in memory with their indexes. The values are never changed, only replaced.
type table interface {
	get(models.ID) models.Value                           // nil when it is not there
	owners(unique int, text string) []models.ID           // who has a unique text; more than one in an old store
	put(models.Value)                                     // a new one, or in the place of the one with its id
	remove(models.ID)                                     // of one that is there
	page(models.Query) (values []models.Value, total int) // what a query asks for
	every() []models.Value                                // all, in no order; never nil
	count() int
}

// rows is a table by what its schema says.
type rows struct {
	schema *dao.Schema
	byID   map[models.ID]models.Value
	texts  []owners[models.ID] // of each unique text
	byAge  *sorted[placed]
	orders []*sorted[placed] // by each sort
}

// placed is a value in an order.
type placed struct {
	key   models.SortKey
	value models.Value
}

func newRows(s *dao.Schema, values []models.Value) *rows {
	r := &rows{schema: s, byID: make(map[models.ID]models.Value, len(values)), texts: make([]owners[models.ID], len(s.Unique))}
	for _, v := range values {
		r.byID[v.GetHead().ID] = v
		r.take(v)
	}
	order := func(key func(models.Value) models.SortKey) *sorted[placed] {
		list := make([]placed, len(values))
		for i, v := range values {
			list[i] = placed{key(v), v}
		}
		return newSorted(comparePlaced, list)
	}
	r.byAge = order(ageOf)
	for _, sort := range s.Sorts {
		r.orders = append(r.orders, order(sort.Of))
	}
	return r
}

func ageOf(v models.Value) models.SortKey {
	return models.SortKey{Number: int64(v.GetHead().CreatedAt)}
}

func comparePlaced(a, b placed) int {
	if by := a.key.Compare(b.key); by != 0 {
		return by
	}
	x, y := a.value.GetHead(), b.value.GetHead()
	return cmp.Or(cmp.Compare(x.CreatedAt, y.CreatedAt), x.ID.Compare(y.ID))
}

func (r *rows) get(id models.ID) models.Value { return r.byID[id] }

func (r *rows) owners(unique int, text string) []models.ID { return r.texts[unique].of(text) }

func (r *rows) take(v models.Value) {
	for i, unique := range r.schema.Unique {
		for text := range unique.All(v) {
			r.texts[i].take(text, v.GetHead().ID)
		}
	}
}

func (r *rows) put(v models.Value) {
	id := v.GetHead().ID
	old := r.byID[id]
	r.byID[id] = v
	if old == nil {
		r.take(v)
		r.byAge.insert(placed{ageOf(v), v})
		for i, sort := range r.schema.Sorts {
			r.orders[i].insert(placed{sort.Of(v), v})
		}
		return
	}
	r.retake(old, v)
	r.byAge.replace(placed{ageOf(old), old}, placed{ageOf(v), v})
	for i, sort := range r.schema.Sorts {
		r.orders[i].replace(placed{sort.Of(old), old}, placed{sort.Of(v), v})
	}
}

// retake has a value have its own texts, and not those of what it was, as far as they differ.
func (r *rows) retake(old, v models.Value) {
	id := v.GetHead().ID
	for i, unique := range r.schema.Unique {
		for text := range unique.All(old) {
			if !unique.Has(v, text) {
				r.texts[i].leave(text, id)
			}
		}
		for text := range unique.All(v) {
			if !unique.Has(old, text) {
				r.texts[i].take(text, id)
			}
		}
	}
}

func (r *rows) remove(id models.ID) {
	old := r.byID[id]
	if old == nil {
		return
	}
	delete(r.byID, id)
	for i, unique := range r.schema.Unique {
		for text := range unique.All(old) {
			r.texts[i].leave(text, id)
		}
	}
	r.byAge.remove(placed{ageOf(old), old})
	for i, sort := range r.schema.Sorts {
		r.orders[i].remove(placed{sort.Of(old), old})
	}
}

func (r *rows) page(q models.Query) ([]models.Value, int) {
	list := r.byAge
	for i, sort := range r.schema.Sorts {
		if sort.Field == q.Sort {
			list = r.orders[i]
		}
	}
	from, to := q.Window(list.size)
	if from == to {
		return nil, list.size
	}
	values := make([]models.Value, 0, to-from)
	for p := range list.window(from, to, q.Backwards) {
		values = append(values, p.value)
	}
	return values, list.size
}

func (r *rows) every() []models.Value {
	return slices.AppendSeq(make([]models.Value, 0, len(r.byID)), maps.Values(r.byID))
}

func (r *rows) count() int { return len(r.byID) }

// owners says whose unique texts are. Of two values that had one when the store was opened (an
// older program took two spellings of one word for two) the first is its owner, and the other one
// when that lets go of it.
type owners[K comparable] struct {
	byText map[string]K
	heirs  map[string][]K // who else has it; nil where nobody has, as almost everywhere
}

// of returns who has a text, its owner first.
func (o *owners[K]) of(text string) []K {
	owner, owned := o.byText[text]
	if !owned {
		return nil
	}
	return append([]K{owner}, o.heirs[text]...)
}

func (o *owners[K]) take(text string, who K) {
	if o.byText == nil {
		o.byText = map[string]K{}
	}
	if owner, taken := o.byText[text]; taken && owner != who {
		if o.heirs == nil {
			o.heirs = map[string][]K{}
		}
		o.heirs[text] = append(o.heirs[text], who)
		return
	}
	o.byText[text] = who
}

func (o *owners[K]) leave(text string, who K) {
	heirs := slices.DeleteFunc(o.heirs[text], func(heir K) bool { return heir == who })
	if o.byText[text] == who {
		delete(o.byText, text)
		if len(heirs) > 0 {
			o.byText[text], heirs = heirs[0], heirs[1:]
		}
	}
	if o.heirs[text] != nil {
		o.heirs[text] = heirs
	}
}
