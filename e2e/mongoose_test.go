package e2e

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"pulperia/dao/dbmanagers/mongotest"
)

// mongoose is a version of it: the package of npm that brings it.
type mongoose string

func onEachMongoose(t *testing.T, test func(t *testing.T, m mongoose)) {
	for _, m := range []mongoose{"mongoose", "mongoose-9"} {
		t.Run(string(m), func(t *testing.T) { test(t, m) })
	}
}

// does has another application do something to a shop's database, and reads what it prints.
func (m mongoose) does(t *testing.T, store string, printed any, act ...string) {
	t.Helper()
	command := exec.Command("node", append([]string{"clients/mongoose.mjs", string(m), store}, act...)...)
	var errors strings.Builder
	command.Stderr = &errors
	text, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", m, act, err, &errors)
	}
	if printed != nil {
		if err := json.Unmarshal(text, printed); err != nil {
			t.Fatalf("%s %v: %v in %s", m, act, err, text)
		}
	}
}

// seen is what a mongoose application sees in our database.
type seen struct {
	Products []product
	Kinds    []string
	Carts    []struct {
		Products []struct {
			Title    string
			Quantity int
		}
	}
	Messages []struct{ User, Message string }
}

type cart struct {
	ID       string `json:"_id"`
	Products []struct {
		Product  string
		Quantity int
	}
}

// A mongoose application with the assignment's schemas shares our database: it reads what we wrote,
// and what it inserts and changes shows in our API, on our pages, and on those that are open
// without loading them again.
func TestMongoose(t *testing.T) { onEachMongoose(t, mongooseShares) }

func mongooseShares(t *testing.T, m mongoose) {
	shop := openShopOn(t, mongotest.URI(t))
	var ours product
	shop.call("POST", "/api/products", product{Title: "Yerba", Description: "d", Code: "Y-1", Price: 1234.5, Stock: 7, Category: "almacén", Thumbnails: []string{"/demo/mate.svg"}}, &ours)
	var filled cart
	shop.call("POST", "/api/carts", map[string]any{}, &filled)
	shop.call("POST", "/api/carts/"+filled.ID+"/products/"+ours.ID, map[string]int{"quantity": 2}, &filled)
	shop.say("ana@example.com", "¿Tienen yerba?")

	var read seen
	m.does(t, shop.store, &read, "read")
	if len(read.Products) != 1 || read.Products[0].Price != 1234.5 || read.Kinds[0] != "ObjectId number number boolean" || read.Products[0].Thumbnails[0] != "/demo/mate.svg" {
		t.Errorf("it reads our product as %+v %v", read.Products, read.Kinds)
	}
	if len(read.Carts) != 1 || read.Carts[0].Products[0].Title != "Yerba" || read.Carts[0].Products[0].Quantity != 2 {
		t.Errorf("it reads our cart as %+v", read.Carts)
	}
	if len(read.Messages) != 1 || read.Messages[0].Message != "¿Tienen yerba?" || read.Messages[0].User != "ana@example.com" {
		t.Errorf("it reads our message as %+v", read.Messages)
	}

	table, chat, basket := shop.visit(t, desktop), shop.visit(t, phone), shop.visit(t, phone)
	table.open("/realtimeproducts")
	table.isLive()
	chat.enter("beto@example.com")
	basket.open("/carts/" + filled.ID)
	basket.isLive()
	var theirs struct{ Product, Cart, Message string }
	m.does(t, shop.store, &theirs, "insert", "M-1")
	table.soon("their product, live", `document.querySelector("#p-`+theirs.Product+` [data-show=price]")?.textContent`, "$ 99,90")
	chat.soon("their message, live", bubbles, []string{"¿Tienen yerba?", "Llegó M-1"})
	m.does(t, shop.store, nil, "change", "Y-1")
	table.soon("their change, live", `document.querySelector("#p-`+ours.ID+` [data-show=price]").textContent`, "$ 1.234,75")
	basket.soon("their change of a cart, live", `document.querySelector("main input[name=quantity]").value`, "3")

	var got product
	shop.call("GET", "/api/products/"+theirs.Product, nil, &got)
	if got.Title != "M-1" || got.Price != 99.9 || got.Stock != 3 {
		t.Errorf("the API shows their product as %+v", got)
	}
	shop.call("GET", "/api/products/"+ours.ID, nil, &got)
	if got.Price != 1234.75 || got.Stock != 6 {
		t.Errorf("the API shows our product, changed by them, as %+v", got)
	}
	chat.open("/products/" + theirs.Product)
	chat.expect("their product on its page", chat.text("h1"), "M-1")
	chat.open("/carts/" + theirs.Cart)
	chat.expect("their cart on its page", chat.text(".lead"), "2 cosas elegidas.")
}

// What we change in documents of others keeps all that we know nothing of; what is not as it should
// be is shown as well as it can be, and check lists it.
func TestMongooseDocumentsKept(t *testing.T) { onEachMongoose(t, mongooseKeeps) }

func mongooseKeeps(t *testing.T, m mongoose) {
	store := mongotest.URI(t)
	var theirs struct{ Product, Cart, Message string }
	m.does(t, store, &theirs, "insert", "M-1") // before the shop has ever been opened
	m.does(t, store, nil, "spill")
	shop := openShopOn(t, store)
	shop.call("PUT", "/api/products/"+theirs.Product, map[string]any{"price": 50.25}, nil)
	shop.call("POST", "/api/carts/"+theirs.Cart+"/products/"+theirs.Product, map[string]any{}, nil)
	spilt := shop.product("precio en letras")
	if spilt.Price != 12.5 || spilt.Stock != 4 || len(spilt.Thumbnails) != 1 {
		t.Errorf("shown as %+v", spilt)
	}
	shop.call("PUT", "/api/products/"+spilt.ID, map[string]any{"stock": 5}, nil)

	var raw struct{ Products, Carts, Messages []map[string]any }
	m.does(t, store, &raw, "raw")
	find := func(list []map[string]any, id string) map[string]any {
		for _, document := range list {
			if document["_id"] == id {
				return document
			}
		}
		t.Fatalf("%s is not there", id)
		return nil
	}
	p := find(raw.Products, theirs.Product)
	if p["__v"] != 0.0 || p["price"] != 50.25 || p["pulperia"] == nil {
		t.Errorf("their product, changed by us: %v", p)
	}
	items := find(raw.Carts, theirs.Cart)["products"].([]any)
	if item := items[0].(map[string]any); len(items) != 1 || item["_id"] == nil || item["quantity"] != 3.0 {
		t.Errorf("their cart, changed by us: %v", items)
	}
	if s := find(raw.Products, spilt.ID); s["supplier"] == nil || s["price"] != "12.50" || s["stock"] != 5.0 {
		t.Errorf("a dirty product, changed by us: %v", s)
	}
	var read seen
	m.does(t, store, &read, "read") // it still can, by its schemas

	said, err := exec.Command(world.program, "check", "--store", store).CombinedOutput()
	if err != nil {
		t.Errorf("check: %v\n%s", err, said)
	}
	for _, part := range []string{"3 products, 2 carts, 1 messages", spilt.ID, `price`, "12.50", "supplier", "thumbnail", "code", "coupon", "650000000000000000000001", "nothing is damaged"} {
		if !strings.Contains(string(said), part) {
			t.Errorf("check does not name %q:\n%s", part, said)
		}
	}
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, theirs.Product) || strings.Contains(line, theirs.Message) {
			t.Errorf("check finds fault with what mongoose writes: %s", line)
		}
	}
}
