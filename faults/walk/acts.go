package walk

import (
	"fmt"
	"strings"
)

// act is one thing that happens to a shop. do says to the model what must be there from then on.
type act struct {
	name     string
	weight   int // how often it is drawn, beside the others
	fits     func(*walk) bool
	do       func(*walk)
	restless bool // it has once kept a shop from coming to rest: afterwards that is looked at
}

var acts = slicesOf(shopActs, variantActs, pageActs, lifeActs, fileActs, importActs, moveActs, guestActs, guestVariants, guestHarm, refusedActs)

func slicesOf(lists ...[]act) (all []act) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func actNamed(name string) *act {
	for i := range acts {
		if acts[i].name == name {
			return &acts[i]
		}
	}
	return nil
}

func actNames() string {
	var names []string
	for _, one := range acts {
		names = append(names, one.name)
	}
	return strings.Join(names, ", ")
}

// What an act may need.
func always(*walk) bool           { return true }
func onFiles(w *walk) bool        { return !w.onMongoDB() }
func onMongoDB(w *walk) bool      { return w.onMongoDB() }
func hasProducts(w *walk) bool    { return len(w.model.products) > 2 }
func hasRoom(w *walk) bool        { return len(w.model.products) < 12 }
func hasCarts(w *walk) bool       { return len(w.model.carts) > 0 && hasProducts(w) }
func isAlone(w *walk) bool        { return w.second == nil }
func hasSecond(w *walk) bool      { return w.second != nil }
func mayMove(w *walk) bool        { return !w.Stays }
func editable(w *walk) bool       { return onFiles(w) && hasProducts(w) }
func guestHasGoods(w *walk) bool  { return w.onMongoDB() && hasProducts(w) }
func guestHasRoom(w *walk) bool   { return w.onMongoDB() && hasRoom(w) }
func guestHasCarts(w *walk) bool  { return w.onMongoDB() && hasCarts(w) }
func guestHasLetter(w *walk) bool { return w.onMongoDB() && len(w.model.messages) > 2 }

var (
	categories = []string{"almacén", "yerba y mate", "bazar"}
	things     = []string{"Yerba con palo", "Mate de calabaza", "Ñandutí", "Bombilla & cepillo", "Dulce de <leche>", "Farol “a querosén”", "Alpargatas n.º 42"}
	sayings    = []string{"¿Tienen yerba?", "Mañana paso.", "<b>hola</b> & chau", "Sí, ¡gracias!", "El año que viene 🧉"}
)

// newProduct makes one up. A third of them have variants.
func (w *walk) newProduct() product {
	p := product{
		ID: w.id(), Title: things[w.random.IntN(len(things))], Code: fmt.Sprintf("C-%d-%d", w.act, w.random.IntN(1_000_000)),
		Category: categories[w.random.IntN(len(categories))], Status: w.random.IntN(10) > 0, Stock: int64(10 + w.random.IntN(50)),
		Thumbnails: []string{"/demo/mate.svg"},
	}
	p.Description = "Número " + p.Code + ", con ñ & acentos"
	p.Price = w.newPrice()
	if w.random.IntN(3) == 0 {
		p.Variants = w.newVariants(nil, 1+w.random.IntN(3))
	}
	return p.derived()
}

// newPrice is in whole, tenths or hundredths.
func (w *walk) newPrice() cents {
	return cents(w.random.IntN(300_000)) * []cents{1, 10, 100}[w.random.IntN(3)] / 10
}

// anyProduct draws one of those that there are.
func (w *walk) anyProduct() product {
	ids := keys(w.model.products)
	return w.model.products[ids[w.random.IntN(len(ids))]]
}

// anyChoice draws something that can be put into a cart, if there is enough of it.
func (w *walk) anyChoice() choice {
	all := w.anyProduct().choices()
	return all[w.random.IntN(len(all))]
}

// anyCode draws one that is taken, by a product or by a variant.
func (w *walk) anyCode() string {
	p := w.anyProduct()
	codes := []string{p.Code}
	for _, one := range p.Variants {
		codes = append(codes, one.Code)
	}
	return codes[w.random.IntN(len(codes))]
}

func (w *walk) anyCart() cart {
	ids := keys(w.model.carts)
	return w.model.carts[ids[w.random.IntN(len(ids))]]
}

// put says that a product is there now.
func (m *model) put(p product) { m.products[p.ID] = p }

// remove says that a product is gone, and that it is to be asked for.
func (w *walk) remove(id string) {
	const most = 4
	delete(w.model.products, id)
	if w.gone = append(w.gone, id); len(w.gone) > most {
		w.gone = w.gone[1:]
	}
}

// either draws one of the shops that are open: the act goes through its door.
func (w *walk) either() *shop {
	all := w.shops()
	w.acted = all[w.random.IntN(len(all))]
	return w.acted
}
