package e2e

// sight is a page of the shop in one of its states.
type sight struct {
	name  string
	reach func(*page)
}

// at is the sight of an address.
func at(name, path string) sight { return sight{name, func(p *page) { p.open(path) }} }

// failing is the sight of an address that answers with an error page.
func failing(name, path string, status int) sight {
	return sight{name, func(p *page) { p.open(path); p.answered(status) }}
}

// emptyTour leads through a shop without anything in it.
func emptyTour() []sight {
	return []sight{
		at("empty shop", "/"), at("empty table", "/realtimeproducts"), at("empty cart", "/cart"), at("empty chat", "/chat"),
	}
}

// tour leads through everything that a visitor can see in a shop with the demo catalogue, which it
// fills a little more.
func (s *shop) tour() []sight {
	yerba, lamp, honey := s.product("yerba mate con palo"), s.product("farol"), s.product("miel")
	pictures := product{Title: "Poncho", Description: "De lana.\nPesado.", Code: "PO-1", Price: 98765.4, Stock: 5, Category: "talabartería",
		Thumbnails: []string{"/demo/boina.svg", "/demo/cinto.svg", "/demo/mate.svg"}}
	s.call("POST", "/api/products", pictures, &pictures)
	stock := func(id string, n int) { s.call("PUT", "/api/products/"+id, map[string]any{"stock": n}, nil) }
	stock(lamp.ID, 1)
	var cart struct {
		ID string `json:"_id"`
	}
	s.call("POST", "/api/carts", map[string]any{"products": []map[string]any{
		{"product": yerba.ID, "quantity": 2}, {"product": lamp.ID, "quantity": 1}, {"product": honey.ID, "quantity": 3},
		{"product": pictures.ID, "quantity": 5},
	}}, &cart)
	stock(lamp.ID, 0) // some of what is in the cart becomes scarce
	stock(pictures.ID, 2)
	s.call("DELETE", "/api/products/"+honey.ID, nil, nil)
	s.say("ana@example.com", "¿Tienen yerba sin palo?")
	s.say("beto@example.com", "Mirá https://example.com/yerbas, ahí hay.")
	return []sight{
		at("home", "/"),
		at("filtered", "/products?q=de&category=bazar&available=true&minPrice=1&maxPrice=99999&sort=asc"),
		at("second page", "/products?page=2"),
		at("nothing found", "/products?q=telescopio"),
		at("past the end", "/products?page=99"),
		failing("price that is none", "/products?minPrice=barato", 400),
		at("product", "/products/"+yerba.ID),
		at("product with pictures", "/products/"+pictures.ID),
		at("sold-out product", "/products/"+lamp.ID),
		at("product off sale", "/products/"+s.product("chorizo").ID),
		{"refused quantity", func(p *page) { refusedQuantity(p, yerba) }},
		at("table", "/realtimeproducts"),
		{"refused product", refusedProduct},
		{"cart", func(p *page) { p.open("/products/" + yerba.ID); p.buy(".buy") }},
		at("checkout", "/checkout"),
		{"refused checkout", refusedCheckout},
		{"order", func(p *page) { p.order("Ana Pérez") }},
		at("checkout of what is ordered", "/checkout"),
		at("another's cart", "/carts/"+cart.ID),
		at("chat", "/chat"),
		{"refused message", refusedMessage},
		{"chat of someone known", sentMessage},
		at("API", "/docs"),
		failing("unknown page", "/nowhere", 404),
		failing("product that is gone", "/products/"+honey.ID, 404),
		failing("address of a form", "/cart/empty", 405),
	}
}

func refusedQuantity(p *page, of product) {
	p.open("/products/" + of.ID)
	p.put("#quantity", "0")
	eval[any](p, `document.querySelector(".buy").requestSubmit(), 0`) // the keyboard is where it was
	p.soon("why not", `document.querySelector(".added--not") !== null`, true)
	p.forgive("400")
}

func refusedProduct(p *page) {
	p.open("/realtimeproducts")
	p.put("#title", "")
	p.follow("#add form [type=submit]")
	p.answered(400)
}

func refusedMessage(p *page) {
	p.open("/chat")
	p.put("#user", "ana@")
	p.follow(".write [type=submit]")
	p.answered(400)
}

func sentMessage(p *page) {
	p.open("/chat")
	p.put("#user", "ana@example.com")
	p.put("#message", "¡Gracias!")
	p.follow(".write [type=submit]")
}
