package shop

import (
	"context"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// OrderQuery selects orders. Its zero value with a Limit is the first page of all, newest first.
type OrderQuery struct {
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
	if len(q.States) == 0 && len(q.Payments) == 0 && q.Text == "" {
		var err error
		page.Orders, page.Total, err = dao.Order.In(s.store.Values).Find(
			ctx, models.Query{Sort: "number", Backwards: true, Page: q.Page, Limit: q.Limit})
		return page, err
	}
	words := models.Words(q.Text)
	err := s.eachOrder(ctx, func(o models.Order) error {
		if !q.selects(&o, words) {
			return nil
		}
		if page.Total++; (page.Total-1)/q.Limit+1 == page.Page {
			page.Orders = append(page.Orders, o)
		}
		return nil
	})
	return page, err
}

// selects says whether an order is one of those that are asked for.
func (q OrderQuery) selects(o *models.Order, words []string) bool {
	if len(q.States) > 0 && !slices.Contains(q.States, o.State) ||
		len(q.Payments) > 0 && !slices.Contains(q.Payments, o.PaymentState()) {
		return false
	}
	if q.Text == "" {
		return true
	}
	texts := []string{numberText(o.Number), o.Buyer.Name, o.Buyer.Email, o.Buyer.Phone, o.Buyer.PhoneDigits()}
	for _, line := range o.Lines {
		texts = append(texts, line.Code)
	}
	has := models.Words(strings.Join(texts, "\n"))
	for _, word := range words {
		if !slices.ContainsFunc(has, func(one string) bool { return strings.HasPrefix(one, word) }) {
			return false
		}
	}
	return len(words) > 0
}

// Order returns one order: orders.read.
func (s *Shop) Order(ctx context.Context, who Who, id models.ID) (models.Order, error) {
	if err := who.Must(OrdersRead); err != nil {
		return models.Order{}, err
	}
	order, err := dao.Order.In(s.store.Values).Get(ctx, id)
	return order, missing("order", id, err)
}
