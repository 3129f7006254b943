package dbmanagers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// attempt is one write of a client during an outage, marked with an id of its own so that what
// became of it can be found.
type attempt struct {
	name    string
	id      models.ID
	done    bool // it was acknowledged
	unknown bool // at least once
}

// client writes through one process, whatever happens, and takes note of the answers.
type client struct {
	process
	cart, product models.ID // that clients share
	attempts      []*attempt
}

var attemptKinds = map[string]func(*client, *attempt) error{
	"append": func(c *client, a *attempt) error {
		m := aMessage("hola")
		m.ID = a.id
		_, _, err := c.Messages.Append(c.ctx, m)
		return err
	},
	"create product": func(c *client, a *attempt) error {
		p := aProduct(a.id.String())
		p.ID = a.id
		_, _, err := c.Products.Create(c.ctx, p)
		return err
	},
	"create cart": func(c *client, a *attempt) error {
		_, _, err := c.Carts.Create(c.ctx, models.Cart{ID: a.id})
		return err
	},
	"add to cart": func(c *client, a *attempt) error {
		_, _, err := c.Carts.Update(c.ctx, c.cart, func(cart *models.Cart) error {
			if len(cart.Products) == 400 { // a cart has its limit
				cart.Products = nil
			}
			cart.Add(models.Choice{Product: a.id}, 1)
			return nil
		})
		return err
	},
	"rename product": func(c *client, a *attempt) error {
		_, _, err := c.Products.Update(c.ctx, c.product, func(p *models.Product) error { p.Title = a.id.String(); return nil })
		return err
	},
}

// safe says whether a write may be tried again without knowing what became of it.
func safe(name string) bool { return name != "add to cart" && name != "rename product" }

// write makes one attempt after the other until ctx is done.
func (c *client) write(ctx context.Context, names []string) {
	for i := 0; ctx.Err() == nil; i++ {
		a := &attempt{name: names[i%len(names)], id: models.NewID(time.Now())}
		c.attempts = append(c.attempts, a)
		for again := true; again && ctx.Err() == nil; {
			again = c.try(a) && safe(a.name)
		}
	}
}

// try makes an attempt, and says whether another one makes sense.
func (c *client) try(a *attempt) (again bool) {
	hangs := time.AfterFunc(patient, func() { panic(a.name + " does not come back") })
	err := attemptKinds[a.name](c, a)
	hangs.Stop()
	switch {
	case err == nil:
		a.done = true
	case errors.Is(err, dao.ErrUnknown) && errors.Is(err, dao.ErrUnavailable):
		c.Errorf("%s: two answers in one: %v", a.name, err)
	case errors.Is(err, dao.ErrUnknown):
		a.unknown = true
	case !errors.Is(err, dao.ErrUnavailable):
		c.Errorf("%s: %v", a.name, err)
		return false
	}
	return err != nil
}

// disturbed lets clients of some processes write while trouble is made, until it returns.
func (p *place) disturbed(processes []process, trouble func()) (attempts []*attempt) {
	p.Helper()
	cart, _, err := processes[0].Carts.Create(p.ctx, models.Cart{})
	p.ok("create cart", err)
	product, _, err := processes[0].Products.Create(p.ctx, aProduct("shared"))
	p.ok("create product", err)
	ctx, stop := context.WithCancel(p.ctx)
	var all sync.WaitGroup
	var clients []*client
	for _, one := range processes {
		for i := range 4 {
			c := &client{process: one, cart: cart.ID, product: product.ID}
			clients = append(clients, c)
			names := [][]string{{"append"}, {"append", "create product"}, {"create cart", "rename product"}, {"add to cart", "append"}}[i]
			all.Go(func() { c.write(ctx, names) })
		}
	}
	trouble()
	stop()
	all.Wait()
	for _, c := range clients {
		attempts = append(attempts, c.attempts...)
	}
	return attempts
}

// weigh compares the answers to what is in the feed: what was done is there once, what was not done
// is not, and the rest once at most.
func (p *place) weigh(attempts []*attempt, feed []dao.Change) {
	p.Helper()
	times := timesOf(feed)
	counts := make(map[string]int)
	for _, a := range attempts {
		n := times[a.id]
		switch {
		case a.done && n != 1, n > 1:
			p.Errorf("%s %s was done and is there %d times", a.name, a.id, n)
		case !a.done && !a.unknown && n > 0:
			p.Errorf("%s %s was not done, by its answers, and is there", a.name, a.id)
		}
		switch {
		case a.done:
			counts["done"]++
		case a.unknown:
			counts["unknown"]++
		default:
			counts["not done"]++
		}
	}
	p.T.Logf("%d attempts: %v", len(attempts), counts)
	if counts["done"] == 0 {
		p.Error("nothing was done at all")
	}
}

// timesOf counts how often what an attempt writes came into the feed.
func timesOf(feed []dao.Change) map[models.ID]int {
	times := make(map[models.ID]int)
	held := make(map[models.ID]bool) // by the shared cart
	for _, change := range feed {
		if change.Rev == 1 {
			times[change.ID]++
		}
		var doc struct {
			Title    string
			Products []models.Item
		}
		if change.Op != dao.OpPut || !bytes.Contains(change.Doc, []byte(`"rev":`)) {
			continue
		}
		if err := json.Unmarshal(change.Doc, &doc); err != nil {
			panic(err)
		}
		if id, err := models.ParseID(doc.Title); err == nil {
			times[id]++
		}
		for _, item := range doc.Products {
			if !held[item.Product] {
				held[item.Product] = true
				times[item.Product] += int(item.Quantity)
			}
		}
	}
	return times
}
