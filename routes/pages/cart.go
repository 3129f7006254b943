package pages

import (
	"context"
	"net/http"
	"strconv"

	"pulperia/dao/models"
	"pulperia/shop"
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
	Out        int64  // how many lines are not in the total
	CanBuy     bool   // it is the visitor's own, and something of it can be bought
	WhatsApp   string // where the cart is asked for in a chat with the merchant; "" where he has named no number
}

// cartLine is one product of a cart. One that is gone, or cannot be bought as it stands, is shown
// and not counted.
type cartLine struct {
	ID, Key, Title, Picture string
	Variant                 string          // "" where there is none, and where one is to be chosen
	Choose, Lost            bool            // a variant is to be chosen: there is none, or it is gone
	Choices                 []variantChoice // of which one may be
	Price, Subtotal         models.Money
	Quantity                field
	Less, More              int64 // the quantities of a step
	Gone, Counts            bool
	Nothing                 bool   // the product itself is gone
	Fixed                   bool   // its quantity cannot be changed
	Note, NoteState         string // what is to be known about it, and the state that it is about
	Left                    int64  // how many can be bought of a line that holds more; 0 where it is no such line
}

// retyped is a quantity that was refused, to be shown in its line again.
type retyped struct {
	of    models.Choice
	field field
}

// Cart shows the visitor's own cart, which there is none of until something is added.
func (p *Pages) Cart(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, sheet{template: "cart", here: "/cart", private: "cart " + p.held(r, cartCookie) + " " + p.clients.AddressOf(r),
		fill: func(ctx context.Context, v *visit) (any, error) {
			return p.cartSheet(ctx, v, v.cart, "/cart", retyped{})
		}})
}

// CartByID shows the cart that the address names.
func (p *Pages) CartByID(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "cid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	base := "/carts/" + id.String()
	p.show(w, r, sheet{template: "cart", here: base, private: "cart " + p.clients.AddressOf(r), fill: func(ctx context.Context, v *visit) (any, error) {
		cart, err := p.shop.Carts.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return p.cartSheet(ctx, v, cart, base, retyped{})
	}})
}

func (p *Pages) cartSheet(ctx context.Context, v *visit, cart models.Cart, base string, again retyped) (any, error) {
	title := v.voice.Say("cart.title", nil)
	if base != "/cart" {
		title = v.voice.Say("cart.given", nil)
	}
	sheet := cartSheet{Page: p.page(v, title, "cart"), Base: base, CartThings: cart.Count()}
	if !cart.ID.IsZero() {
		sheet.CartID = cart.ID.String()
	}
	bill, err := p.shop.Bill(ctx, cart)
	if err != nil {
		return nil, err
	}
	sheet.Total, sheet.Out = bill.Total, bill.Out
	for _, one := range bill.Lines {
		line := p.cartLine(v.voice, one)
		if one.Choice() == again.of {
			line.Quantity = again.field
		}
		sheet.Lines = append(sheet.Lines, line)
	}
	sheet.CanBuy = base == "/cart" && bill.Out < int64(len(bill.Lines))
	if number := v.look.settings.WhatsApp; number != "" && bill.Out < int64(len(bill.Lines)) {
		sheet.WhatsApp = askByWhatsApp(v, number, bill, v.site+"/carts/"+sheet.CartID)
	}
	return sheet, nil
}

func (p *Pages) cartLine(voice *views.Voice, of shop.Line) cartLine {
	line := cartLine{
		ID: of.Item.Product.String(), Quantity: field{Value: strconv.FormatInt(of.Quantity, 10)}, Less: of.Quantity - 1, More: of.Quantity + 1,
		Subtotal: of.Subtotal, Gone: of.IsGone(), Counts: of.CanBeBought(), Choose: of.MustChoose(),
	}
	line.Lost, line.Nothing, line.Fixed = line.Gone && of.Product != nil, of.Product == nil, line.Gone || line.Choose
	line.Key = line.ID
	if !of.Variant.IsZero() {
		line.Variant = of.Variant.String()
		line.Key += "-" + line.Variant
	}
	if line.Choose || line.Lost {
		line.Choices = variantsOf(voice, *of.Product, models.ID{})
	}
	if line.Gone && !line.Lost {
		line.Title, line.Picture = voice.Say("cart.gone", nil), p.picture(models.Product{})
		return line
	}
	line.Title, line.Picture, line.Price = titleOf(of), p.picture(*of.Product), of.Price
	stock := stockOf(voice, *of.Product)
	if of.Chosen != nil {
		stock = stockOfVariant(voice, *of.Product, *of.Chosen)
		if of.Chosen.Thumbnail != "" {
			line.Picture = of.Chosen.Thumbnail
		}
	}
	switch {
	case line.Counts:
	case line.Lost:
		line.Note, line.NoteState = voice.Say("cart.lost", nil), "out"
	case line.Choose:
		line.Note, line.NoteState = voice.Say("cart.choose", nil), "few"
	case of.Left == 0:
		line.Note, line.NoteState = stock.Words, stock.State
	default:
		line.Note, line.NoteState, line.Left = voice.Say("cart.only", map[string]any{"n": of.Left}), "few", of.Left
	}
	return line
}
