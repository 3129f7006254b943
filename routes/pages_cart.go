package routes

import (
	"context"
	"math"
	"net/http"

	"pulperia/dao/models"
	"pulperia/views"
)

// cartSheet is a cart.
type cartSheet struct {
	views.Page
	Base       string // where its forms post to: "/cart" for the visitor's own, "/carts/<id>" for another
	CartThings int64
	CartID     string // which cart its scripts follow; whoever sees this page has the id already
	Lines      []cartLine
	Total      models.Money
	Left       int64 // how many lines are not counted
}

// cartLine is one product of a cart. One that is gone, or cannot be bought now, is shown and not
// counted.
type cartLine struct {
	ID, Title, Picture string
	Price, Subtotal    models.Money
	Quantity           field
	Gone, Counts       bool
	Note, NoteState    string // what is to be known about it, and the state that it is about
}

// retyped is a quantity that was refused, to be shown in its line again.
type retyped struct {
	product models.ID
	field   field
}

// cart shows the visitor's own cart, which there is none of until something is added.
func (p *pages) cart(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, sheet{template: "cart", here: "/cart", private: "cart " + cookie(r, cartCookie),
		fill: func(ctx context.Context, v *visit) (any, error) {
			return p.cartSheet(ctx, v, v.cart, "/cart", retyped{})
		}})
}

// cartByID shows the cart that the address names.
func (p *pages) cartByID(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "cid")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	base := "/carts/" + id.String()
	p.show(w, r, sheet{template: "cart", here: base, private: "cart", fill: func(ctx context.Context, v *visit) (any, error) {
		cart, err := p.store.Carts.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return p.cartSheet(ctx, v, cart, base, retyped{})
	}})
}

func (p *pages) cartSheet(ctx context.Context, v *visit, cart models.Cart, base string, again retyped) (any, error) {
	title := v.voice.Say("cart.title", nil)
	if base != "/cart" {
		title = v.voice.Say("cart.given", nil)
	}
	sheet := cartSheet{Page: p.page(v, title, "cart"), Base: base, CartThings: cart.Count()}
	if !cart.ID.IsZero() {
		sheet.CartID = cart.ID.String()
	}
	products, err := productsOf(ctx, p.store.Products, cart.Products)
	if err != nil {
		return nil, err
	}
	for _, item := range cart.Products {
		product, there := products[item.Product]
		line := p.cartLine(v.voice, item, product, !there)
		if item.Product == again.product {
			line.Quantity = again.field
		}
		if !line.Counts {
			sheet.Left++
		}
		sheet.Total = addMoney(sheet.Total, line.Subtotal)
		sheet.Lines = append(sheet.Lines, line)
	}
	return sheet, nil
}

func (p *pages) cartLine(voice *views.Voice, item models.Item, product models.Product, gone bool) cartLine {
	line := cartLine{
		ID: item.Product.String(), Title: product.Title, Picture: p.picture(product), Price: product.Price,
		Quantity: field{Value: models.Money(item.Quantity * 100).String()}, Gone: gone, Counts: !gone && product.Available(),
	}
	switch stock := stockOf(voice, product); {
	case gone:
		line.Title = voice.Say("cart.gone", nil)
	case !line.Counts:
		line.Note, line.NoteState = stock.Words, stock.State
	case product.Stock < item.Quantity:
		line.Note, line.NoteState = voice.Say("cart.only", map[string]any{"n": product.Stock}), "few"
	}
	if line.Counts {
		line.Subtotal = product.Price * models.Money(item.Quantity)
	}
	return line
}

// addMoney stops at the largest amount there is: 500 lines of the dearest product, a million of
// each, would pass it.
func addMoney(a, b models.Money) models.Money {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
