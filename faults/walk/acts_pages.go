package walk

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/coder/websocket"
)

// pageActs are what people do on the pages.
var pageActs = []act{
	{name: "addByForm", weight: 2, fits: hasRoom, do: addByForm},
	{name: "deleteByForm", weight: 2, fits: hasProducts, do: deleteByForm},
	{name: "buyByForm", weight: 2, fits: hasProducts, do: buyByForm},
	{name: "setByForm", weight: 1, fits: hasCarts, do: setByForm},
	{name: "sayByForm", weight: 2, fits: always, do: sayByForm},
	{name: "sayBySocket", weight: 2, fits: always, do: sayBySocket},
}

func addByForm(w *walk) {
	p := w.newProduct()
	p.Variants = nil
	fields := url.Values{"_id": {p.ID}, "title": {p.Title}, "code": {p.Code}, "category": {p.Category}, "description": {p.Description},
		"price": {p.Price.String()}, "stock": {text(p.Stock)}, "thumbnails": {p.Thumbnails[0]}}
	if p.Status {
		fields.Set("status", "true")
	}
	w.form(w.either(), "/realtimeproducts", fields)
	w.model.put(p)
}

func deleteByForm(w *walk) {
	p := w.anyProduct()
	w.form(w.either(), "/realtimeproducts/"+p.ID+"/delete", url.Values{"page": {"1"}})
	w.remove(p.ID)
}

var cartCookie = regexp.MustCompile(`\bcart-[0-9a-f]{16}=([0-9a-f]{24})`)

// buyByForm is a new visitor who puts something into a cart.
func buyByForm(w *walk) {
	of, more := w.buyable(cart{})
	if !more || len(w.model.carts) > 6 {
		return
	}
	a := w.form(w.either(), "/cart/products/"+of.product, url.Values{"quantity": {"2"}, "variant": {of.variant}})
	found := cartCookie.FindStringSubmatch(a.Header.Get("Set-Cookie"))
	if found == nil {
		w.Fatalf("who buys for the first time gets no cart: %v", a.Header)
	}
	w.model.carts[found[1]] = cart{found[1], []item{{of.product, of.variant, 2}}}
}

func setByForm(w *walk) {
	c := w.anyCart()
	of := w.anyLine(c)
	if _, there := w.model.products[of.product]; !there || c.of(of) < 2 {
		return
	}
	w.form(w.either(), "/cart/products/"+of.product+"/quantity", url.Values{"quantity": {"1"}, "variant": {of.variant}}, "Cookie", "cart="+c.ID)
	w.putCart(c.with(of, 1))
}

func sayByForm(w *walk) {
	m := w.newMessage()
	w.form(w.either(), "/chat", url.Values{"_id": {m.ID}, "user": {m.User}, "message": {m.Message}})
	w.model.messages = append(w.model.messages, m)
}

// sayBySocket sends a message and waits until it is acknowledged.
func sayBySocket(w *walk) {
	m, s := w.newMessage(), w.either()
	ctx, cancel := context.WithTimeout(context.Background(), w.Patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
	if err != nil {
		w.Fatal(err)
	}
	defer conn.CloseNow()
	for _, said := range []any{
		map[string]any{"type": "hello", "user": m.User, "topics": []string{"messages"}},
		map[string]string{"type": "message", "id": m.ID, "message": m.Message},
	} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text(said))); err != nil {
			w.Fatal(err)
		}
	}
	for {
		_, said, err := conn.Read(ctx)
		var f frame
		if err == nil {
			err = json.Unmarshal(said, &f)
		}
		if err != nil || f.Type == "error" {
			w.Fatalf("a message by socket: %v %s", err, said)
		}
		if f.Type == "ack" && f.ID == m.ID {
			break
		}
	}
	w.model.messages = append(w.model.messages, m)
}
