package shop

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// orderIndex is what lists of orders are made by: of each what it is chosen by, in the order of their
// numbers. So a list costs no look at orders that are not on it, and what is asked of many (how many
// wait, which end soon) costs none at all.
type orderIndex struct {
	followed
	rows    []orderRow          // by number
	numbers map[models.ID]int64 // of those in rows
}

// orderRow is what an order is chosen by.
type orderRow struct {
	id      models.ID
	number  int64
	rev     int64
	placed  models.Time
	ends    models.Time // when it does by itself; 0 for never
	state   models.OrderState
	payment models.PaymentState
	due     bool   // not all of it is paid
	text    string // its words, a space before each
}

func rowOf(o *models.Order) orderRow {
	row := orderRow{
		id: o.ID, number: o.Number, rev: o.Rev, placed: o.CreatedAt, state: o.State, payment: o.PaymentState(),
		due: o.Due() > 0,
	}
	if o.EndsByItself() {
		row.ends = o.Until
	}
	texts := []string{o.Buyer.Name, o.Buyer.Email, o.Buyer.Phone, o.Buyer.PhoneDigits()}
	for _, line := range o.Lines {
		texts = append(texts, line.Code)
	}
	row.text = " " + strings.Join(models.Words(strings.Join(texts, "\n")), " ")
	return row
}

func (r *orderRow) group() OrderGroup { return groupOf(r.state, r.payment, r.due) }
func (r *orderRow) task() OrderTask   { return taskOf(r.state, r.payment, r.due) }

// sought is a word that orders are searched for: a number as a whole, and what begins a word of
// anything else.
type sought struct {
	number int64 // -1 for none
	text   string
}

func soughtOf(text string) (words []sought) {
	for _, word := range models.Words(text) {
		number, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			number = -1
		}
		words = append(words, sought{number, " " + word})
	}
	return words
}

// has says whether an order has all of some words.
func (r *orderRow) has(words []sought) bool {
	for _, word := range words {
		if word.number != r.number && !strings.Contains(r.text, word.text) {
			return false
		}
	}
	return true
}

func newOrderIndex(store dao.Store) *orderIndex {
	x := &orderIndex{}
	x.followed = followed{kind: dao.KindOrder, feed: store.Feed, take: x.takeChange, load: func(ctx context.Context) error {
		x.rows, x.numbers = nil, map[models.ID]int64{}
		return eachPage(ctx, dao.Order.In(store.Values), "number", func(o models.Order) { x.put(rowOf(&o)) })
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
	x.put(rowOf(&o))
	return nil
}

// find returns where a number stands, or would.
func (x *orderIndex) find(number int64) (int, bool) {
	if n := len(x.rows); n > 0 && x.rows[n-1].number < number { // mostly: it is a new one
		return n, false
	}
	return slices.BinarySearchFunc(x.rows, number, func(r orderRow, number int64) int { return cmp.Compare(r.number, number) })
}

func (x *orderIndex) put(row orderRow) {
	if number, known := x.numbers[row.id]; known && number != row.number {
		x.drop(row.id)
	}
	at, there := x.find(row.number)
	switch {
	case there && x.rows[at].id == row.id && x.rows[at].rev > row.rev: // it is read as it was later
	case there:
		delete(x.numbers, x.rows[at].id)
		x.rows[at] = row
	default:
		x.rows = slices.Insert(x.rows, at, row)
	}
	x.numbers[row.id] = row.number
}

func (x *orderIndex) drop(id models.ID) {
	if at, there := x.find(x.numbers[id]); there && x.rows[at].id == id {
		x.rows = slices.Delete(x.rows, at, at+1)
	}
	delete(x.numbers, id)
}
