package shop_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// listed is a catalogue of another program's making.
type listed struct {
	dao.Products
	all []models.Product
}

func (l listed) List(_ context.Context, q models.ProductQuery) (models.ProductPage, error) {
	return q.Select(l.all), nil
}

// A total has the lines that can be bought as they stand, and stops at the largest amount there is,
// whatever another program wrote.
func TestBill(t *testing.T) {
	_, store := open(t, shop.Options{})
	product := func(n byte, price models.Money, status bool, stock int64) models.Product {
		return models.Product{ID: models.ID{n}, Price: price, Status: status, Stock: stock}
	}
	const most = math.MaxInt64
	store.Products = listed{all: []models.Product{
		product(1, 10500, true, 3), product(2, 10, false, 3), product(3, 10, true, 0), product(4, most, true, most), product(5, -7, true, 9), product(6, 10, true, -2),
	}}
	s := shop.New(store, shop.Options{})
	for _, tt := range []struct {
		items     []models.Item
		subtotals []models.Money
		total     models.Money
		out       int64
	}{
		{nil, nil, 0, 0},
		{[]models.Item{of(models.ID{1}, 3)}, []models.Money{31500}, 31500, 0},
		{[]models.Item{of(models.ID{1}, 4), of(models.ID{2}, 1), of(models.ID{3}, 1), of(models.ID{6}, 1), of(models.ID{9}, 1)}, []models.Money{0, 0, 0, 0, 0}, 0, 5},
		{[]models.Item{of(models.ID{1}, -3), of(models.ID{1}, 0), of(models.ID{1}, 1)}, []models.Money{0, 0, 10500}, 10500, 2},
		{[]models.Item{of(models.ID{4}, most), of(models.ID{4}, 1), of(models.ID{1}, 1)}, []models.Money{most, most / 10 * 10, 10500}, most, 0},
		{[]models.Item{of(models.ID{5}, 2), of(models.ID{1}, 1)}, []models.Money{0, 10500}, 10500, 0},
	} {
		bill, err := s.Bill(t.Context(), models.Cart{Products: tt.items})
		if err != nil {
			t.Fatal(err)
		}
		var subtotals []models.Money
		for _, line := range bill.Lines {
			subtotals = append(subtotals, line.Subtotal)
		}
		if diff := cmp.Diff(tt.subtotals, subtotals); diff != "" || bill.Total != tt.total || bill.Out != tt.out {
			t.Errorf("%v: total %v, %d out; %s", tt.items, bill.Total, bill.Out, diff)
		}
	}
}
