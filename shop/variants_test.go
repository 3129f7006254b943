package shop_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// sized is a product in three sizes, of which there are so many.
func sized(t *testing.T, s *shop.Shop, code string, stock ...int64) models.Product {
	t.Helper()
	p := models.Product{Title: code, Code: code, Description: "d", Category: "c", Status: true}
	for i, n := range stock {
		size := string(rune('a' + i))
		p.Variants = append(p.Variants, models.Variant{Code: code + size, Options: models.Options{{Name: "Talle", Value: size}}, Price: 1000, Stock: n})
		p.Stock += n
	}
	p.Price = 1000
	made, _, err := s.CreateProduct(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func ofVariant(product, variant models.ID, n int64) models.Item {
	return models.Item{Product: product, Variant: variant, Quantity: n}
}

// taken puts a cart into the shop as another program may have left it.
func taken(t *testing.T, s *shop.Shop, items ...models.Item) models.ID {
	t.Helper()
	id := models.NewID(time.Now())
	if _, err := s.TakeIn(t.Context(), dao.Batch{Carts: []models.Cart{{ID: id, Products: items}}}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (p place) expect(t *testing.T, err error, wantRefused string, want ...models.Item) {
	t.Helper()
	now, found := p.shop.Carts.Get(t.Context(), p.cart)
	if diff := cmp.Diff(append([]models.Item{}, want...), now.Products); diff != "" || found != nil || refused(err) != wantRefused {
		t.Errorf("%s: %v %v, want %q\n%s", p.what, err, found, wantRefused, diff)
	}
}

// place is a cart, and what is tried there.
type place struct {
	what string
	shop *shop.Shop
	cart models.ID
}

// A line that names no variant, or one that is gone, becomes one of the variant that is chosen: as many
// as can be bought, joined with the line of that variant where there is one. What cannot be bought, is
// gone or still is no choice is refused, and leaves the cart alone; the other lines always stay.
func TestChooseVariant(t *testing.T) {
	s, _ := open(t, shop.Options{})
	other := stocked(t, s, "O", 9)
	shirt := sized(t, s, "S", 3, 8, 0)
	id, small, large, none := shirt.ID, shirt.Variants[0].ID, shirt.Variants[1].ID, shirt.Variants[2].ID
	gone, nothing := models.ID{9}, models.ID{}
	plain := of(other.ID, 9)
	for _, tt := range []struct {
		what    string
		cart    []models.Item
		of, to  models.ID
		want    []models.Item
		refused string
	}{
		{"none named", []models.Item{of(id, 2), plain}, nothing, small, []models.Item{ofVariant(id, small, 2), plain}, ""},
		{"more than there are", []models.Item{plain, of(id, 7)}, nothing, small, []models.Item{plain, ofVariant(id, small, 3)}, ""},
		{"one that is gone", []models.Item{ofVariant(id, gone, 2)}, gone, large, []models.Item{ofVariant(id, large, 2)}, ""},
		{"another than the one that is there", []models.Item{ofVariant(id, small, 2)}, small, large, []models.Item{ofVariant(id, large, 2)}, ""},
		{"joined", []models.Item{of(id, 2), plain, ofVariant(id, large, 3)}, nothing, large, []models.Item{plain, ofVariant(id, large, 5)}, ""},
		{"joined, up to what there is", []models.Item{ofVariant(id, small, 2), of(id, 2)}, nothing, small, []models.Item{ofVariant(id, small, 3)}, ""},
		{"joined with more than there is", []models.Item{ofVariant(id, small, 6), of(id, 2)}, nothing, small, []models.Item{ofVariant(id, small, 6)}, ""},
		{"the same", []models.Item{ofVariant(id, small, 6)}, small, small, []models.Item{ofVariant(id, small, 6)}, ""},
		{"a line that is not there", []models.Item{plain}, nothing, small, []models.Item{plain}, ""},
		{"sold out", []models.Item{of(id, 2)}, nothing, none, []models.Item{of(id, 2)}, "quantity off_sale 0"},
		{"to one that is gone", []models.Item{of(id, 2)}, nothing, gone, []models.Item{of(id, 2)}, "variant gone"},
		{"to none", []models.Item{ofVariant(id, gone, 2)}, gone, nothing, []models.Item{ofVariant(id, gone, 2)},
			"variant choose " + small.String() + " (a), " + large.String() + " (b), " + none.String() + " (c, sold out)"},
		{"of a product without variants any more", []models.Item{ofVariant(other.ID, gone, 2)}, gone, nothing, []models.Item{of(other.ID, 2)}, ""},
	} {
		at, product := place{tt.what, s, taken(t, s, tt.cart...)}, id
		if tt.want[0].Product == other.ID && tt.of == gone {
			product = other.ID
		}
		_, _, err := s.ChooseVariant(t.Context(), at.cart, models.Choice{Product: product, Variant: tt.of}, tt.to)
		at.expect(t, err, tt.refused, tt.want...)
	}
	refusal := errors.New("not now")
	at := place{"a door's condition", s, taken(t, s, of(id, 2))}
	_, _, err := s.ChooseVariant(t.Context(), at.cart, models.Choice{Product: id}, small, func(was, now models.Cart) error {
		if was.Products[0].Variant != nothing || now.Products[0].Variant != small {
			t.Errorf("it was %+v and would be %+v", was, now)
		}
		return refusal
	})
	if at.expect(t, nil, "", of(id, 2)); !errors.Is(err, refusal) {
		t.Error(err)
	}
	if _, _, err := s.ChooseVariant(t.Context(), models.ID{8}, models.Choice{Product: id}, small); refused(err) != "no cart" {
		t.Error(err)
	}
}

// One line goes, be its variant or its product gone or not: those of the product's other variants
// stay, unlike when the product is taken out.
func TestRemoveLine(t *testing.T) {
	s, _ := open(t, shop.Options{})
	shirt := sized(t, s, "S", 3, 8)
	id, small, gone := shirt.ID, shirt.Variants[0].ID, models.ID{9}
	cart := []models.Item{of(id, 1), ofVariant(id, small, 2), ofVariant(id, gone, 3), of(gone, 4)}
	for i, choice := range []models.Choice{{Product: id}, {Product: id, Variant: small}, {Product: id, Variant: gone}, {Product: gone}} {
		at := place{"line", s, taken(t, s, cart...)}
		for range 2 { // what is gone is gone
			_, _, err := s.RemoveLine(t.Context(), at.cart, choice)
			at.expect(t, err, "", append(append([]models.Item{}, cart[:i]...), cart[i+1:]...)...)
		}
	}
	at := place{"product", s, taken(t, s, cart...)}
	_, _, err := s.RemoveFromCart(t.Context(), at.cart, models.Choice{Product: id})
	at.expect(t, err, "", of(gone, 4))
	if _, _, err := s.RemoveLine(t.Context(), models.ID{8}, models.Choice{Product: id}); refused(err) != "no cart" {
		t.Error(err)
	}
}

// Whatever a cart has, choosing neither makes things up nor takes any away but those that cannot be
// bought, and no line grows past what can be.
func TestRandomChoices(t *testing.T) {
	s, _ := open(t, shop.Options{})
	shirt := sized(t, s, "S", 0, 3, 6)
	choices := []models.ID{{}, shirt.Variants[0].ID, shirt.Variants[1].ID, shirt.Variants[2].ID, {9}}
	rapid.Check(t, func(r *rapid.T) {
		var was models.Cart
		for _, at := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(choices)-1), 1, -1, rapid.ID).Draw(r, "lines") {
			was.Products = append(was.Products, ofVariant(shirt.ID, choices[at], rapid.Int64Range(1, 9).Draw(r, "quantity")))
		}
		from := models.Choice{Product: shirt.ID, Variant: rapid.SampledFrom(choices).Draw(r, "from")}
		to := models.Choice{Product: shirt.ID, Variant: rapid.SampledFrom(choices).Draw(r, "to")}
		cart := taken(t, s, was.Products...)
		_, _, err := s.ChooseVariant(t.Context(), cart, from, to.Variant)
		now, _ := s.Carts.Get(t.Context(), cart)
		left := int64(0)
		if v := shirt.Variant(to.Variant); v != nil {
			left = v.Stock
		}
		n, had := was.Quantity(from), was.Quantity(to)
		if err != nil || n == 0 || from == to {
			if !cmp.Equal(was.Products, now.Products) {
				r.Fatalf("%v has changed %v to %v", err, was.Products, now.Products)
			}
			return
		}
		if got := now.Quantity(to); now.Quantity(from) != 0 || got != max(had, min(had+n, left)) || now.Count() != was.Count()-n-had+got {
			r.Fatalf("of %v to %v, left %d: %v became %v", from, to, left, was.Products, now.Products)
		}
	})
}
