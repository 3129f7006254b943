package main

import (
	"context"
	"fmt"
	"net/url"

	"pulperia/dao/models"
)

// question is what is asked of all three, in the form of each: what a cart is called differs.
type question struct {
	what             string
	ours, bare, peer [][]byte
	answers          recordings // of the shop, for the bare handler
	why              string
}

// requests measures what only reads.
func (c *contest) requests(ctx context.Context) (rows []rival, err error) {
	pick := func() models.Product { return c.products[c.IntN(len(c.products))] }
	var one, page, search []string
	for range 500 {
		one = append(one, "/api/products/"+pick().ID.String())
		page = append(page, c.pageOf(pick()))
		search = append(search, "/api/products?q="+url.QueryEscape(c.search(pick())))
	}
	products := number(" out of %d products", len(c.products))
	for _, part := range []struct {
		what    string
		targets []string
		why     string
	}{
		{"a product by id", one,
			"what is above the bare handler are the limits, the tag, the position, the log and the metrics of each request"},
		{"10 products by category and price, sorted, with their total", page,
			"what is above the bare handler is the reading of ten products from a large memory and writing their JSON anew: kept JSON would take half as much memory again"},
		{"a search of two words", search, "the bare handler does not search"},
		{"the front page with 24 products", []string{"/"}, "each page has its position and its tag, and goes through the limits, the log and the metrics"},
	} {
		q := question{what: part.what + products, why: part.why}
		if q.answers, err = record(ctx, c.shop.address, part.targets); err != nil {
			return nil, err
		}
		for _, target := range part.targets {
			q.ours = append(q.ours, request("GET", target, ""))
		}
		q.bare, q.peer = q.ours, q.ours
		row, err := c.ask(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.what, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// writes measures what must be durable before it is answered.
func (c *contest) writes(ctx context.Context) (rows []rival, err error) {
	say := question{what: "a durable message, over HTTP",
		why: "what is above the bare handler is the reading and checking of a body, the position in the feed, the limits, the log and the metrics; both wait for the same disk"}
	for range 500 {
		body := string(models.JSON(map[string]string{"user": c.rareUser(), "message": c.text(messageSize)}))
		say.ours = append(say.ours, request("POST", "/api/messages", body))
	}
	say.bare, say.peer = say.ours, say.ours
	if say.answers, err = c.sample(ctx, "/api/messages", map[string]string{"user": "ana@example.com", "message": c.text(messageSize)}, messageLine); err != nil {
		return nil, err
	}
	if err := c.stockUp(); err != nil {
		return nil, err
	}
	add := question{what: "a product added to a cart, durably", why: say.why}
	if add.ours, err = c.additions(ctx, c.shop); err != nil {
		return nil, err
	}
	if add.peer, err = c.additions(ctx, c.peer); err != nil {
		return nil, err
	}
	if add.answers, err = c.sample(ctx, "/api/carts", map[string]any{"products": c.someItems()}, cartLine); err != nil {
		return nil, err
	}
	add.bare = [][]byte{request("POST", "/api/carts", "{}")}
	for _, q := range []question{add, say} {
		row, err := c.ask(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.what, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// How many bytes the shop's journal gets for a message, and for a cart of ten products.
const messageLine, cartLine = 380, 950

// goods returns the products that go into carts. There is enough of them for all additions, which
// the rest of the catalogue does not promise.
func (c *contest) goods() []models.Product { return c.products[:min(100, len(c.products))] }

func (c *contest) stockUp() error {
	body := fmt.Sprintf(`{"status":true,"stock":%d}`, models.MaxStock)
	for _, product := range c.goods() {
		if _, err := send("PUT", c.shop.address, "/api/products/"+product.ID.String(), body); err != nil {
			return err
		}
	}
	return nil
}

func (c *contest) someItems() (items []models.Item) {
	for i := range 10 {
		items = append(items, models.Item{Product: c.goods()[i].ID, Quantity: 2})
	}
	return items
}

// sample posts something to the shop, for the bare handler to give the same answer once it has made
// so many bytes durable.
func (c *contest) sample(ctx context.Context, target string, body any, durable int) (recordings, error) {
	answer, err := post(c.shop.address, target, string(models.JSON(body)))
	if err != nil {
		return nil, err
	}
	answer.Header.Del("Date")
	return recordings{target: {Header: answer.Header, Body: []byte(answer.Text), Durable: durable}}, nil
}

// additions makes some carts and returns requests that add products to them, ten to each.
func (c *contest) additions(ctx context.Context, server *process) (list [][]byte, err error) {
	for range 64 {
		answer, err := post(server.address, "/api/carts", "{}")
		if err != nil {
			return nil, err
		}
		var made struct {
			ID string `json:"_id"`
		}
		if err := answer.Payload(&made); err != nil {
			return nil, err
		}
		for range 10 {
			pid := c.goods()[c.IntN(len(c.goods()))].ID
			list = append(list, request("POST", "/api/carts/"+made.ID+"/product/"+pid.String(), `{"quantity":1}`))
		}
	}
	c.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list, nil
}

// ask has the three answer in turn, as much as they can, and then each at the same constant rate.
func (c *contest) ask(ctx context.Context, q question) (rival, error) {
	bare, err := openBare(ctx, c.dir, q.answers)
	if err != nil {
		return rival{}, err
	}
	defer bare.stop()
	sides := []struct {
		server   *process
		requests [][]byte
	}{{c.shop, q.ours}, {bare, q.bare}, {c.peer, q.peer}}
	rounds := make([][]round, len(sides))
	for i := range c.rounds + 1 {
		for n, side := range sides {
			one, err := c.round(ctx, side.server, side.requests)
			if err != nil {
				return rival{}, err
			}
			if i > 0 { // the first one warms up
				rounds[n] = append(rounds[n], one)
			}
		}
	}
	rate, figures := 0.0, make([]amount, len(sides))
	for n := range sides {
		if most, _ := middle(rounds[n]); n == 0 || most.perSecond/2 < rate {
			rate = most.perSecond / 2
		}
	}
	for n, side := range sides {
		most, cpu := middle(rounds[n])
		even, err := openLoop(ctx, side.server.address, side.requests, 64, rate, c.watch/4)
		if err != nil {
			return rival{}, err
		}
		figures[n] = amount{most.perSecond, number("%.0f a second", most.perSecond) + fmt.Sprintf(", %.0f µs of CPU each; at ", micro(cpu)) +
			number("%.0f a second", rate) + fmt.Sprintf(" p50 %s, p99 %s", milli(even.quantile(0.5)), milli(even.quantile(0.99))), cpu}
	}
	return rival{what: q.what, ours: figures[0], bare: figures[1], peer: figures[2], why: q.why}, nil
}
