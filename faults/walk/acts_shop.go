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
		p.Price = w.newPrice()
		change["price"] = p.Price
	}
	if w.random.IntN(3) == 0 {
		p.Stock = int64(w.random.IntN(40))
		change["stock"] = p.Stock
	}
	if len(change) == 0 || w.random.IntN(3) == 0 {
		p.Title = fmt.Sprint(p.Title[:min(len(p.Title), 6)], " ", w.act)
		change["title"] = p.Title
	}
	w.api(w.either(), http.StatusOK, "PUT", "/products/"+p.ID, change)
	w.model.put(p)
	w.changed("products", p.ID, keys(change)...)
}

func deleteProduct(w *walk) {
	p := w.anyProduct()
	w.api(w.either(), http.StatusOK, "DELETE", "/products/"+p.ID, nil)
	w.remove(p.ID)
}

// takenCode tries to give a product the code of another one.
func takenCode(w *walk) {
	p := w.newProduct()
	p.Code = w.anyProduct().Code
	w.api(w.either(), http.StatusConflict, "POST", "/products", p)
}

// oneCodeAtOnce has several clients make a product of one code at once, by all doors: one of them
// is told that it is there.
func oneCodeAtOnce(w *walk) {
	const clients = 8
	all, products := w.shops(), make([]product, clients)
	for i := range products {
		products[i] = w.newProduct()
		products[i].Code = products[0].Code
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

// buyable draws a product of which a cart may have more.
func (w *walk) buyable(c cart) (p product, more bool) {
	for range 10 {
		p = w.anyProduct()
		if p.left() > c.of(p.ID)+3 {
			return p, true
		}
	}
	return p, false
}

func createCart(w *walk) {
	c := cart{w.id(), []item{}}
	if p, more := w.buyable(c); more {
		c = c.with(p.ID, int64(1+w.random.IntN(3)))
	}
	w.api(w.either(), http.StatusCreated, "POST", "/carts", c)
	w.model.carts[c.ID] = c
}

func addToCart(w *walk) {
	c := w.anyCart()
	p, more := w.buyable(c)
	if !more {
		return
	}
	w.api(w.either(), http.StatusOK, "POST", "/carts/"+c.ID+"/product/"+p.ID, nil)
	w.putCart(c.with(p.ID, c.of(p.ID)+1))
}

// addTooMuch asks for more than can be bought: no door lets it in.
func addTooMuch(w *walk) {
	c, p := w.anyCart(), w.anyProduct()
	most := max(p.left(), c.of(p.ID))
	want := fmt.Sprintf(`"available":%d}`, p.left())
	for _, a := range []harness.Answer{
		w.api(w.either(), http.StatusBadRequest, "POST", "/carts/"+c.ID+"/product/"+p.ID, map[string]int64{"quantity": most - c.of(p.ID) + 1}),
		w.api(w.either(), http.StatusBadRequest, "PUT", "/carts/"+c.ID+"/products/"+p.ID, map[string]int64{"quantity": most + 1}),
		w.api(w.either(), http.StatusBadRequest, "PUT", "/carts/"+c.ID, c.with(p.ID, most+1)),
		w.api(w.either(), http.StatusBadRequest, "POST", "/carts", cart{w.id(), []item{{p.ID, p.left() + 1}}}),
	} {
		if !strings.Contains(a.Text, want) {
			w.Fatalf("more than %d of %s: %s", p.left(), p.ID, a.Text)
		}
	}
	form := url.Values{"quantity": {text(most - c.of(p.ID) + 1)}}
	a, err := w.either().send("POST", "/cart/products/"+p.ID, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", "cart="+c.ID)
	if err != nil || a.StatusCode != http.StatusBadRequest {
		w.Fatalf("more than %d of %s by its form: %d %v %.500s", p.left(), p.ID, a.StatusCode, err, a.Text)
	}
}

// anyLine draws a product that is in a cart, or one that is not.
func (w *walk) anyLine(c cart) string {
	if len(c.Products) == 0 {
		return w.anyProduct().ID
	}
	return c.Products[w.random.IntN(len(c.Products))].Product
}

// setLower lowers a line of a cart, which is always accepted while the product is there.
func setLower(w *walk) {
	c := w.anyCart()
	id := w.anyLine(c)
	if _, there := w.model.products[id]; !there || c.of(id) < 2 {
		return
	}
	w.api(w.either(), http.StatusOK, "PUT", "/carts/"+c.ID+"/products/"+id, map[string]int64{"quantity": c.of(id) - 1})
	w.putCart(c.with(id, c.of(id)-1))
}

// removeFromCart works for a product that is gone from the catalogue, too.
func removeFromCart(w *walk) {
	c := w.anyCart()
	id := w.anyLine(c)
	w.api(w.either(), http.StatusOK, "DELETE", "/carts/"+c.ID+"/products/"+id, nil)
	w.putCart(c.with(id, 0))
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
