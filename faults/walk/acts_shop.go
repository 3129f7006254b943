package walk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"pulperia/faults/harness"
)

// shopActs are what clients of the API do.
var shopActs = []act{
	{name: "createProduct", weight: 6, fits: hasRoom, do: createProduct},
	{name: "changeProduct", weight: 6, fits: hasProducts, do: changeProduct},
	{name: "deleteProduct", weight: 3, fits: hasProducts, do: deleteProduct},
	{name: "takenCode", weight: 2, fits: hasProducts, do: takenCode},
	{name: "oneCodeAtOnce", weight: 2, fits: hasRoom, do: oneCodeAtOnce},
	{name: "nameTwice", weight: 1, fits: hasProducts, do: nameTwice},
	{name: "createCart", weight: 3, fits: hasProducts, do: createCart},
	{name: "addToCart", weight: 4, fits: hasCarts, do: addToCart},
	{name: "addTooMuch", weight: 2, fits: hasCarts, do: addTooMuch},
	{name: "setLower", weight: 2, fits: hasCarts, do: setLower},
	{name: "removeFromCart", weight: 2, fits: hasCarts, do: removeFromCart},
	{name: "emptyCart", weight: 1, fits: hasCarts, do: emptyCart},
	{name: "say", weight: 4, fits: always, do: say},
	{name: "sayAgain", weight: 1, fits: always, do: sayAgain},
}

func createProduct(w *walk) {
	p := w.newProduct()
	w.api(w.either(), http.StatusCreated, "POST", "/products", p)
	w.model.put(p)
}

// changeProduct changes some fields, and leaves the others.
func changeProduct(w *walk) {
	p := w.anyProduct()
	change := map[string]any{}
	if w.random.IntN(2) == 0 {
		p = p.priced(w.newPrice())
		change["price"] = p.Price
	}
	if w.random.IntN(3) == 0 {
		p = p.stocked(int64(w.random.IntN(40)))
		change["stock"] = p.Stock
	}
	if len(change) == 0 || w.random.IntN(3) == 0 {
		p.Title = fmt.Sprint(p.Title[:min(len(p.Title), 6)], " ", w.act)
		change["title"] = p.Title
	}
	w.api(w.either(), http.StatusOK, "PUT", "/products/"+p.ID, change)
	w.model.put(p)
	w.changed("products", p.ID, append(keys(change), p.figures()...)...)
}

func deleteProduct(w *walk) {
	p := w.anyProduct()
	w.api(w.either(), http.StatusOK, "DELETE", "/products/"+p.ID, nil)
	w.remove(p.ID)
}

// takenCode tries to give a product, or a variant of one, a code that is taken.
func takenCode(w *walk) {
	p := w.newProduct()
	w.giveCode(&p, w.anyCode())
	w.api(w.either(), http.StatusConflict, "POST", "/products", p)
}

// giveCode gives a product a code, or its first variant where it has some.
func (w *walk) giveCode(p *product, code string) {
	if len(p.Variants) > 0 {
		p.Variants[0].Code = code
		return
	}
	p.Code = code
}

// oneCodeAtOnce has several clients make a product, or a variant, of one code at once, by all doors:
// one of them is told that it is there.
func oneCodeAtOnce(w *walk) {
	const clients = 8
	all, products, code := w.shops(), make([]product, clients), fmt.Sprintf("D-%d-%d", w.act, w.random.IntN(1_000_000))
	for i := range products {
		products[i] = w.newProduct()
		w.giveCode(&products[i], code)
	}
	var running sync.WaitGroup
	var odd atomic.Value
	made := make([]bool, clients)
	for i := range products {
		running.Go(func() {
			a, err := all[i%len(all)].send("POST", "/api/products", text(products[i]))
			made[i] = a.StatusCode == http.StatusCreated
			if err != nil || !made[i] && a.StatusCode != http.StatusConflict {
				odd.Store(fmt.Sprintf("%d %v %s", a.StatusCode, err, a.Text))
			}
		})
	}
	running.Wait()
	there := 0
	for i, one := range made {
		if one {
			there++
			w.model.put(products[i])
		}
	}
	if there != 1 || odd.Load() != nil {
		w.Fatalf("one code was given to %d of %d products (%v)", there, clients, odd.Load())
	}
	if len(all) > 1 {
		w.acted = nil // nobody knows by which door
	}
}

// nameTwice sends a body that says two things.
func nameTwice(w *walk) {
	p := w.anyProduct()
	a, err := w.either().send("PUT", "/api/products/"+p.ID, `{"price":1,"price":999}`)
	if err != nil || a.StatusCode != http.StatusBadRequest {
		w.Fatalf("a name that is given twice: %d %v %s", a.StatusCode, err, a.Text)
	}
}

// buyable draws a choice of which a cart may have more.
func (w *walk) buyable(c cart) (of choice, more bool) {
	for range 10 {
		of = w.anyChoice()
		if w.model.leftOf(of) > c.of(of)+3 {
			return of, true
		}
	}
	return of, false
}

func createCart(w *walk) {
	c := cart{w.id(), []item{}}
	for range 2 {
		if of, more := w.buyable(c); more {
			c = c.with(of, int64(1+w.random.IntN(3)))
		}
	}
	w.api(w.either(), http.StatusCreated, "POST", "/carts", c)
	w.model.carts[c.ID] = c
}

func addToCart(w *walk) {
	c := w.anyCart()
	of, more := w.buyable(c)
	if !more {
		return
	}
	w.api(w.either(), http.StatusOK, "POST", "/carts/"+c.ID+"/product/"+of.product, of.said(nil))
	w.putCart(c.with(of, c.of(of)+1))
}

// addTooMuch asks for more than can be bought: no door lets it in.
func addTooMuch(w *walk) {
	c, of := w.anyCart(), w.anyChoice()
	left, had := w.model.leftOf(of), c.of(of)
	most := max(left, had)
	want := fmt.Sprintf(`"available":%d}`, left)
	for _, a := range []harness.Answer{
		w.api(w.either(), http.StatusBadRequest, "POST", "/carts/"+c.ID+"/product/"+of.product, of.said(most-had+1)),
		w.api(w.either(), http.StatusBadRequest, "PUT", "/carts/"+c.ID+"/products/"+of.product, of.said(most+1)),
		w.api(w.either(), http.StatusBadRequest, "PUT", "/carts/"+c.ID, c.with(of, most+1)),
		w.api(w.either(), http.StatusBadRequest, "POST", "/carts", cart{w.id(), []item{{of.product, of.variant, left + 1}}}),
	} {
		if !strings.Contains(a.Text, want) {
			w.Fatalf("more than %d of %s: %s", left, of, a.Text)
		}
	}
	form := url.Values{"quantity": {text(most - had + 1)}, "variant": {of.variant}}
	a, err := w.either().send("POST", "/cart/products/"+of.product, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", "cart="+c.ID)
	if err != nil || a.StatusCode != http.StatusBadRequest {
		w.Fatalf("more than %d of %s by its form: %d %v %.500s", left, of, a.StatusCode, err, a.Text)
	}
}

// anyLine draws a choice that is in a cart, or one that is not.
func (w *walk) anyLine(c cart) choice {
	if len(c.Products) == 0 {
		return w.anyChoice()
	}
	return c.Products[w.random.IntN(len(c.Products))].choice()
}

// setLower lowers a line of a cart, which is always accepted while the product is there.
func setLower(w *walk) {
	c := w.anyCart()
	of := w.anyLine(c)
	if _, there := w.model.products[of.product]; !there || c.of(of) < 2 {
		return
	}
	w.api(w.either(), http.StatusOK, "PUT", "/carts/"+c.ID+"/products/"+of.product, of.said(c.of(of)-1))
	w.putCart(c.with(of, c.of(of)-1))
}

// removeFromCart works for what is gone from the catalogue, too. Where no variant is named, all of
// the product go.
func removeFromCart(w *walk) {
	c := w.anyCart()
	of := w.anyLine(c)
	path, now := "/carts/"+c.ID+"/products/"+of.product, c.without(of.product)
	if of.variant != "" && w.random.IntN(3) > 0 {
		path, now = path+"?variant="+of.variant, c.with(of, 0)
	}
	w.api(w.either(), http.StatusOK, "DELETE", path, nil)
	w.putCart(now)
}

func emptyCart(w *walk) {
	c := w.anyCart()
	w.api(w.either(), http.StatusOK, "DELETE", "/carts/"+c.ID, nil)
	w.putCart(cart{c.ID, []item{}})
}

func (w *walk) putCart(c cart) {
	w.model.carts[c.ID] = c
	w.changed("carts", c.ID, "products")
}

func (w *walk) newMessage() message {
	return message{w.id(), "ana@example.com", fmt.Sprint(sayings[w.random.IntN(len(sayings))], " ", w.act)}
}

func say(w *walk) {
	m := w.newMessage()
	w.api(w.either(), http.StatusCreated, "POST", "/messages", m)
	w.model.messages = append(w.model.messages, m)
}

// sayAgain sends a message once more, as who did not hear the answer.
func sayAgain(w *walk) {
	m := w.newMessage()
	w.api(w.either(), http.StatusCreated, "POST", "/messages", m)
	w.api(w.either(), http.StatusOK, "POST", "/messages", m)
	w.model.messages = append(w.model.messages, m)
	if w.second != nil {
		w.acted = nil
	}
}
