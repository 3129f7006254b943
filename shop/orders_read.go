package shop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

// OrderQuery selects orders. Its zero value with a Limit is the first page of all, newest first.
type OrderQuery struct {
	Group    OrderGroup            // "" for all
	States   []models.OrderState   // any of them; nil for all
	Payments []models.PaymentState // any of them; nil for all
	Text     string                // a number, or words of a name, a telephone number, an address or a code
	Page     int                   // from 1; 0 means 1
	Limit    int                   // 1 to models.MaxLimit
}

// OrderPage is one page of a listing.
type OrderPage struct {
	Orders []models.Order
	Total  int // of all pages
	Page   int
	Limit  int
}

// Orders returns a page of orders, newest first: orders.read.
func (s *Shop) Orders(ctx context.Context, who Who, q OrderQuery) (OrderPage, error) {
	if err := who.Must(OrdersRead); err != nil {
		return OrderPage{}, err
	}
	page := OrderPage{Page: max(1, q.Page), Limit: q.Limit}
	var ids []models.ID
	err := s.orders.read(ctx, func() { ids, page.Total = s.orders.page(q) })
	if err == nil {
		page.Orders, err = s.ordersOf(ctx, ids)
	}
	return page, err
}

// page returns which orders are on a page, and how many are on all pages.
func (x *orderIndex) page(q OrderQuery) (ids []models.ID, total int) {
	choose := q.chosen()
	visit := func(at int) {
		if row := &x.rows[at]; choose.selects(row) {
			if total++; (total-1)/q.Limit+1 == max(1, q.Page) {
				ids = append(ids, row.id)
			}
		}
	}
	words := soughtOf(q.Text)
	switch {
	case len(words) > 0:
		for _, at := range slices.Backward(x.having(words)) {
			visit(at)
		}
	case q.Text == "":
		for at := range slices.Backward(x.rows) {
			visit(at)
		}
	}
	return ids, total
}

// atOnce is how many values are asked for at once, of an engine that has to fetch them.
const atOnce = 16

// ordersOf returns orders in the order of their ids. One that is gone meanwhile is left out.
func (s *Shop) ordersOf(ctx context.Context, ids []models.ID) ([]models.Order, error) {
	orders, errs := make([]models.Order, len(ids)), make([]error, len(ids))
	in := dao.Order.In(s.store.Values)
	if !s.Shared { // they are in memory
		for i, id := range ids {
			orders[i], errs[i] = in.Get(ctx, id)
		}
	} else {
		var all sync.WaitGroup
		for first := range min(atOnce, len(ids)) {
			all.Go(func() {
				for i := first; i < len(ids); i += atOnce {
					orders[i], errs[i] = in.Get(ctx, ids[i])
				}
			})
		}
		all.Wait()
	}
	there := orders[:0]
	for i, err := range errs {
		switch {
		case err == nil:
			there = append(there, orders[i])
		case !errors.Is(err, dao.ErrNotFound):
			return nil, err
		}
	}
	return there, nil
}

// Order returns one order: orders.read.
func (s *Shop) Order(ctx context.Context, who Who, id models.ID) (models.Order, error) {
	if err := who.Must(OrdersRead); err != nil {
		return models.Order{}, err
	}
	order, err := dao.Order.In(s.store.Values).Get(ctx, id)
	return order, missing("order", id, err)
}

// OrdersWork is what there is to do with orders.
type OrdersWork struct {
	Groups map[OrderGroup]int // how many are in each
	Total  int                // how many there are in all
	Tasks  []OrdersTask       // those that there are, the most urgent first
	Ending OrdersTask         // by themselves, before long: the soonest first
	Newest int64              // the highest number
}

// OrdersTask is one thing to do, with the first of the orders that it is to be done with: those that
// wait longest.
type OrdersTask struct {
	Task   OrderTask // "" for none: they end by themselves
	Orders []models.Order
	Total  int
}

// Work returns what there is to do, with at most so many orders of each task: orders.read. Of those
// that end by themselves it names whose time is over before soon.
func (s *Shop) Work(ctx context.Context, who Who, most int, soon models.Time) (OrdersWork, error) {
	if err := who.Must(OrdersRead); err != nil {
		return OrdersWork{}, err
	}
	work := OrdersWork{Groups: map[OrderGroup]int{}}
	var groups, totals [nowhere + 1]int
	var waiting [nowhere + 1][]models.ID
	var ending []orderRow
	err := s.orders.read(ctx, func() {
		work.Total = len(s.orders.rows)
		for i := range s.orders.rows {
			row := &s.orders.rows[i]
			work.Newest = row.number
			groups[row.group]++
			if totals[row.task]++; totals[row.task] <= most {
				waiting[row.task] = append(waiting[row.task], row.id)
			}
			if row.ends > 0 && row.ends <= soon {
				ending = append(ending, *row)
			}
		}
	})
	if err != nil {
		return OrdersWork{}, err
	}
	for i, group := range OrderGroups() {
		if groups[i] > 0 {
			work.Groups[group] = groups[i]
		}
	}
	for i, task := range OrderTasks() {
		if totals[i] == 0 {
			continue
		}
		orders, err := s.ordersOf(ctx, waiting[i])
		if err != nil {
			return OrdersWork{}, err
		}
		work.Tasks = append(work.Tasks, OrdersTask{task, orders, totals[i]})
	}
	work.Ending, err = s.endingSoon(ctx, ending, most)
	return work, err
}

func (s *Shop) endingSoon(ctx context.Context, rows []orderRow, most int) (OrdersTask, error) {
	slices.SortStableFunc(rows, func(a, b orderRow) int { return cmp.Compare(a.ends, b.ends) })
	ids := make([]models.ID, 0, most)
	for _, row := range rows[:min(most, len(rows))] {
		ids = append(ids, row.id)
	}
	orders, err := s.ordersOf(ctx, ids)
	return OrdersTask{"", orders, len(rows)}, err
}

// NewestOrder returns the highest number of an order: orders.read. 0 where there is none.
func (s *Shop) NewestOrder(ctx context.Context, who Who) (number int64, err error) {
	if err := who.Must(OrdersRead); err != nil {
		return 0, err
	}
	err = s.orders.read(ctx, func() {
		if n := len(s.orders.rows); n > 0 {
			number = s.orders.rows[n-1].number
		}
	})
	return number, err
}
