package shop_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// Each verb lets in what can be bought and no more, names what is refused by its field, and changes
// nothing then; what is there may stay and become less.
func TestCartRules(t *testing.T) {
	s, store := open(t, shop.Options{})
	ctx := t.Context()
	a, gone := stocked(t, s, "A", 5), stocked(t, s, "G", 9)
	sold, hidden := stocked(t, s, "S", 0), stocked(t, s, "H", 9)
	many := stocked(t, s, "M", 2*models.MaxQuantity)
	cart, _, err := s.CreateCart(ctx, models.Cart{Products: []models.Item{of(gone.ID, 3), of(a.ID, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ChangeProduct(ctx, hidden.ID, func(p *models.Product) error { p.Status = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.RemoveProduct(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	add := func(p models.Product, n int64) error {
		_, _, err := s.AddToCart(ctx, cart.ID, of(p.ID, n))
		return err
	}
	set := func(p models.Product, n int64) error {
		_, _, err := s.SetQuantity(ctx, cart.ID, of(p.ID, n))
		return err
	}
	replace := func(items ...models.Item) error {
		_, _, err := s.ReplaceCart(ctx, cart.ID, items)
		return err
	}
	for _, tt := range []struct {
		what string
		err  error
		want string
	}{
		{"add none", add(a, 0), "quantity too_small 1"},
		{"add too many at all", add(a, models.MaxQuantity+1), "quantity too_large 1000000"},
		{"add up to too many at all", errors.Join(add(many, models.MaxQuantity), add(many, 1)), "quantity too_large 1000000"},
		{"add more than there is", add(a, 4), "quantity scarce 5"},
		{"add what is sold out", add(sold, 1), "quantity off_sale 0"},
		{"add what is off sale", add(hidden, 1), "quantity off_sale 0"},
		{"add what is gone", add(gone, 1), "product gone"},
		{"add what never was", add(models.Product{ID: models.ID{7}}, 1), "product gone"},
		{"set more than there is", set(a, 6), "quantity scarce 5"},
		{"set higher what is gone", set(gone, 4), "product gone"},
		{"set what is not there, and sold out", set(sold, 1), "quantity off_sale 0"},
		{"replace", replace(of(a.ID, 3), of(hidden.ID, 1), of(a.ID, 3)),
			"products[0].quantity scarce 5, products[1].quantity off_sale 0, products[2].quantity scarce 5"},
		{"replace with what is gone, too", replace(of(sold.ID, 1), of(gone.ID, 4)),
			"products[0].quantity off_sale 0, products[1].product gone"},
	} {
		if got := refused(tt.err); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, got, tt.want)
		}
	}
	now, err := store.Carts.Get(ctx, cart.ID)
	now.Remove(of(many.ID, 1).Choice())
	if err != nil || !now.Same(cart) {
		t.Errorf("what was refused has changed it: %+v %v", now, err)
	}
	for what, err := range map[string]error{
		"as it is": replace(now.Products...), "less of what is gone": set(gone, 2), "all there is": set(a, 5),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := s.EmptyCart(ctx, models.ID{9}); refused(err) != "no cart" {
		t.Errorf("%v", err)
	}
}

// A cart that was made once is made, whatever has become scarce since; another one of its id is
// not.
func TestCreateCartAgain(t *testing.T) {
	s, _ := open(t, shop.Options{})
	a := stocked(t, s, "A", 5)
	cart := models.Cart{ID: models.ID{1}, Products: []models.Item{of(a.ID, 2), of(a.ID, 2)}}
	if _, receipt, err := s.CreateCart(t.Context(), cart); err != nil || receipt.Repeated {
		t.Fatal(err)
	}
	if _, _, err := s.RemoveProduct(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, receipt, err := s.CreateCart(t.Context(), cart); err != nil || !receipt.Repeated {
		t.Errorf("%+v %v", receipt, err)
	}
	cart.Products[0].Quantity = 1
	if _, _, err := s.CreateCart(t.Context(), cart); refused(err) != "products[0].product gone, products[1].product gone" {
		t.Errorf("%v", err)
	}
}

// A door's condition is asked before the rules, in the step.
func TestCheckComesFirst(t *testing.T) {
	s, _ := open(t, shop.Options{})
	a := stocked(t, s, "A", 5)
	cart, _, err := s.StartCart(t.Context(), of(a.ID, 2))
	if err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("not now")
	_, _, err = s.AddToCart(t.Context(), cart.ID, of(a.ID, 4), func(was, now models.Cart) error {
		if was.Count() != 2 || now.Count() != 6 {
			t.Errorf("it was %+v and would be %+v", was, now)
		}
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("%v", err)
	}
}

// Of many who ask at once, as many get something as there is.
func TestScarceAtOnce(t *testing.T) {
	s, _ := open(t, shop.Options{})
	a := stocked(t, s, "A", 50)
	cart, _, err := s.CreateCart(t.Context(), models.Cart{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var got atomic.Int64
	for range 200 {
		all.Go(func() {
			if _, _, err := s.AddToCart(t.Context(), cart.ID, of(a.ID, 1)); err == nil {
				got.Add(1)
			} else if refused(err) != "quantity scarce 50" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got.Load() != 50 {
		t.Errorf("%d got in, of 50", got.Load())
	}
}

// A cart gets back what it had as far as that can be bought.
func TestRefillCart(t *testing.T) {
	s, _ := open(t, shop.Options{})
	a, b, gone := stocked(t, s, "A", 5), stocked(t, s, "B", 5), models.ID{7}
	for i, tt := range []struct {
		now, back, want []models.Item
		refused         string
	}{
		{nil, []models.Item{of(a.ID, 3), of(b.ID, 5)}, []models.Item{of(a.ID, 3), of(b.ID, 5)}, ""},
		{nil, []models.Item{of(a.ID, 9), of(gone, 5)}, []models.Item{of(a.ID, 5)}, ""},
		{[]models.Item{of(b.ID, 9)}, []models.Item{of(a.ID, 1), of(b.ID, 8)}, []models.Item{of(a.ID, 1), of(b.ID, 8)}, ""},
		{[]models.Item{of(a.ID, 5)}, []models.Item{of(a.ID, 9)}, []models.Item{of(a.ID, 5)}, "products[0].quantity scarce 5"},
		{nil, []models.Item{of(gone, 1)}, []models.Item{}, "products[0].product gone"},
		{[]models.Item{of(a.ID, 5)}, nil, []models.Item{}, ""},
	} {
		id := models.ID{byte(i + 1)}
		_, err := s.TakeIn(t.Context(), dao.Batch{Carts: []models.Cart{{ID: id, Products: tt.now}}}) // it came in when there was more
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.RefillCart(t.Context(), id, tt.back)
		cart, found := s.Carts.Get(t.Context(), id)
		if diff := cmp.Diff(tt.want, cart.Products); diff != "" || found != nil || refused(err) != tt.refused {
			t.Errorf("back to %v of %v: %v %v %s", tt.back, tt.now, err, found, diff)
		}
	}
}

// However carts, products and visitors change, no line grows past what can be bought, and each step
// does what it says.
func TestRandomCarts(t *testing.T) {
	s, store := open(t, shop.Options{})
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		products := make([]models.Product, 3)
		for i := range products {
			p := models.Product{ID: models.NewID(time.Now()), Title: "T", Description: "d", Category: "c", Status: true}
			p.Code, p.Stock = p.ID.String(), rapid.Int64Range(0, 6).Draw(t, "stock")
			if _, _, err := s.CreateProduct(ctx, p); err != nil {
				t.Fatal(err)
			}
			products[i] = p
		}
		cart, _, err := s.CreateCart(ctx, models.Cart{})
		if err != nil {
			t.Fatal(err)
		}
		var lines []models.Item
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at := rapid.IntRange(0, len(products)-1).Draw(t, "product")
			item := models.Item{Product: products[at].ID, Quantity: rapid.Int64Range(1, 7).Draw(t, "quantity")}
			want := models.Cart{Products: append([]models.Item(nil), lines...)}
			p := &products[at] // as it is, or the zero product when it is gone
			var err error
			switch rapid.SampledFrom([]string{"add", "add", "set", "replace", "remove", "change", "delete"}).Draw(t, "act") {
			case "add":
				want.Add(models.Choice{Product: item.Product}, item.Quantity)
				_, _, err = s.AddToCart(ctx, cart.ID, item)
			case "set":
				want.Set(models.Choice{Product: item.Product}, item.Quantity)
				_, _, err = s.SetQuantity(ctx, cart.ID, item)
			case "replace":
				want.Products = []models.Item{item}
				_, _, err = s.ReplaceCart(ctx, cart.ID, want.Products)
			case "remove":
				want.Remove(models.Choice{Product: item.Product})
				_, _, err = s.RemoveFromCart(ctx, cart.ID, item.Choice())
			case "change":
				_, _, err = s.ChangeProduct(ctx, item.Product, func(now *models.Product) error {
					now.Stock, now.Status = item.Quantity-1, item.Quantity != 4
					*p = now.Clone()
					return nil
				})
			case "delete":
				_, _, err = s.RemoveProduct(ctx, item.Product)
				*p = models.Product{ID: item.Product}
			}
			if isGone := p.Title == ""; isGone && errors.Is(err, dao.ErrNotFound) && refused(err) == "no product" {
				continue // it cannot be changed or deleted
			}
			is := models.Cart{Products: lines}
			asks, had, left := want.Quantity(models.Choice{Product: p.ID}), is.Quantity(models.Choice{Product: p.ID}), shop.Left(*p)
			if tooMuch := asks > had && asks > left; tooMuch != (err != nil) {
				t.Fatalf("%d of %d, had %d: %v", asks, left, had, err)
			}
			if err == nil {
				lines = want.Products
			}
			stored, err := store.Carts.Get(ctx, cart.ID)
			if diff := cmp.Diff(append([]models.Item{}, lines...), stored.Products); err != nil || diff != "" {
				t.Fatalf("%v %s", err, diff)
			}
		}
	})
}
