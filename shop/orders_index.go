package shop

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// orderIndex is what lists of orders are made by: of each what it is chosen by, in the order of their
// numbers. So a list costs no look at orders that are not on it.
type orderIndex struct {
	followed
	rows    []orderRow          // by number
	numbers map[models.ID]int64 // of those in rows
	words   orderWords
}

// orderRow is what an order is chosen by. It is small, since a list goes through all of them: what
// there are few of stands as its place in the list of all that there are.
type orderRow struct {
	id      models.ID
	number  int64
	rev     int64
	placed  models.Time
	ends    models.Time // when it does by itself; 0 for never
	words   textSpan    // in the index
	state   uint8       // in models.OrderStates
	payment uint8       // in models.PaymentStates
	group   uint8       // in OrderGroups
	task    uint8       // in OrderTasks
}

func rowOf(o *models.Order) orderRow {
	row := orderRow{
		id: o.ID, number: o.Number, rev: o.Rev, placed: o.CreatedAt,
		state: placeIn(models.OrderStates(), o.State), payment: placeIn(models.PaymentStates(), o.PaymentState()),
		group: placeIn(OrderGroups(), GroupOf(o)), task: placeIn(OrderTasks(), TaskOf(o)),
	}
	if o.EndsByItself() {
		row.ends = o.Until
	}
	return row
}

// nowhere is the place of what is not among them.
const nowhere = 1<<8 - 1

func placeIn[T comparable](all []T, one T) uint8 { return uint8(slices.Index(all, one)) }

func newOrderIndex(store dao.Store) *orderIndex {
	x := &orderIndex{}
	x.followed = followed{kind: dao.KindOrder, feed: store.Feed, take: x.takeChange, load: func(ctx context.Context) error {
		x.rows, x.numbers, x.words = nil, map[models.ID]int64{}, orderWords{}
		return eachPage(ctx, dao.Order.In(store.Values), "number", func(o models.Order) { x.put(&o) })
	}}
	return x
}

// eachPage visits all values of a kind in the order of a sort.
func eachPage[T any](ctx context.Context, in dao.Collection[T], sort string, visit func(T)) error {
	for page := 1; ; page++ {
		list, _, err := in.Find(ctx, models.Query{Sort: sort, Page: page, Limit: models.MaxLimit})
		if err != nil {
			return err
		}
		for _, one := range list {
			visit(one)
		}
		if len(list) < models.MaxLimit {
			return nil
		}
	}
}

// takeChange brings the index forward.
func (x *orderIndex) takeChange(c dao.Change) error {
	if c.Op == dao.OpDelete {
		x.drop(c.ID)
		return nil
	}
	var o models.Order
	if err := json.Unmarshal(c.Doc, &o); err != nil {
		return err
	}
	x.put(&o)
	return nil
}

// find returns where a number stands, or would.
func (x *orderIndex) find(number int64) (int, bool) {
	if n := len(x.rows); n > 0 && x.rows[n-1].number < number { // mostly: it is a new one
		return n, false
	}
	return slices.BinarySearchFunc(x.rows, number, func(r orderRow, number int64) int { return cmp.Compare(r.number, number) })
}

func (x *orderIndex) put(o *models.Order) {
	row := rowOf(o)
	if number, known := x.numbers[row.id]; known && number != row.number {
		x.drop(row.id)
	}
	at, there := x.find(row.number)
	if there && x.rows[at].id == row.id && x.rows[at].rev > row.rev { // it is read as it was later
		return
	}
	if there {
		row.words = x.words.replace(x.rows[at].words, wordsOf(o))
		delete(x.numbers, x.rows[at].id)
		x.rows[at] = row
	} else {
		row.words = x.words.add(wordsOf(o), at == len(x.rows))
		x.rows = slices.Insert(x.rows, at, row)
	}
	x.numbers[row.id] = row.number
}

func (x *orderIndex) drop(id models.ID) {
	if at, there := x.find(x.numbers[id]); there && x.rows[at].id == id {
		x.rows = slices.Delete(x.rows, at, at+1)
		x.words.strewn = true
	}
	delete(x.numbers, id)
}
