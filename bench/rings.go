package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sync/errgroup"

	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// openPages is how many pages of the staff are open while orders come.
const openPages = 50

// mostRung is what is required: on every page.
const mostRung = time.Second

// ringRow is how long after an order came pages have it.
type ringRow struct {
	what string
	sample
}

// rings measures how soon an order is on every open page of the staff, and after a lost line.
func (b *bench) rings(ctx context.Context, r *report, server *process, session string) error {
	product, err := b.soldOn(server, session)
	if err != nil {
		return err
	}
	pages := &openedPages{address: server.address, session: session}
	defer pages.close()
	if _, err := pages.open(ctx); err != nil {
		return err
	}
	live, lost := ringRow{what: "on every open page"}, ringRow{what: "on every page that had lost its line"}
	for i := range max(b.samples, 2) {
		order, err := orderOf(server, product)
		if err != nil {
			return err
		}
		row, measure := &live, pages.told
		if i%5 == 1 { // four of five orders find the lines open
			row, measure = &lost, pages.missed
		}
		taken, err := measure(ctx, func() error { _, err := post(server.address, "/api/orders", order); return err })
		if err != nil {
			return err
		}
		row.latencies = append(row.latencies, taken...)
	}
	for _, row := range []ringRow{live, lost} {
		slices.Sort(row.latencies)
		r.rings = append(r.rings, row)
		b.log.Info("a new order: "+row.what, "p50", row.quantile(0.5), "worst", row.quantile(1))
	}
	return nil
}

// soldOn puts a product on the shelf, and returns its id.
func (b *bench) soldOn(server *process, session string) (string, error) {
	one := stocked(b.product(0))
	body := fmt.Sprintf(`{"title":%q,"description":%q,"code":"rings","category":%q,"price":1000,"stock":%d}`,
		one.Title, one.Title, one.Category, models.MaxStock)
	answer, err := harness.Send(http.DefaultClient, "POST", "http://"+server.address+"/api/products", body, "Cookie", session)
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"_id"`
	}
	return made.ID, answer.Payload(&made)
}

// orderOf puts one piece into a cart, and returns the order of it.
func orderOf(server *process, product string) (string, error) {
	answer, err := post(server.address, "/api/carts", `{"products":[{"product":"`+product+`","quantity":1}]}`)
	if err != nil {
		return "", err
	}
	var cart struct {
		ID string `json:"_id"`
	}
	err = answer.Payload(&cart)
	return `{"cart":"` + cart.ID + `","buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, err
}

// openedPages are the lines of pages that follow the orders.
type openedPages struct {
	address, session string
	lines            []*pageLine

	mu    sync.Mutex
	since string // where the last order stands that a page has
}

type pageLine struct {
	net.Conn
	in *bufio.Reader
}

func (o *openedPages) close() {
	for _, line := range o.lines {
		if line != nil {
			line.Close()
		}
	}
	o.lines = nil
}

// open connects all pages, and returns after how long each has the order that came since the last one,
// or, the first time, is welcome.
func (o *openedPages) open(ctx context.Context) ([]time.Duration, error) {
	since := o.since
	o.lines = make([]*pageLine, openPages)
	return fromThen(make(chan struct{}), func(i int) error {
		line, err := dialLine(ctx, o.address, i)
		if err != nil {
			return err
		}
		o.lines[i] = &pageLine{line, bufio.NewReaderSize(line, 64<<10)}
		if err := greetAs(line, o.address, o.session, i, []string{"orders"}, since); err != nil {
			return err
		}
		if since == "" {
			return o.await(o.lines[i], func(payload []byte) bool { return isOf(payload, "welcome") })
		}
		return o.await(o.lines[i], isOrder)
	})
}

// missed closes all lines, and returns after how long each page that comes back has the order that was
// placed meanwhile.
func (o *openedPages) missed(ctx context.Context, place func() error) ([]time.Duration, error) {
	o.close()
	if err := place(); err != nil {
		return nil, err
	}
	return o.open(ctx)
}

// told returns after how long each page has the order that is placed.
func (o *openedPages) told(_ context.Context, place func() error) ([]time.Duration, error) {
	var placing errgroup.Group
	begin := make(chan struct{})
	placing.Go(func() error {
		<-begin
		return place()
	})
	taken, err := fromThen(begin, func(i int) error { return o.await(o.lines[i], isOrder) })
	if failed := placing.Wait(); failed != nil {
		return nil, failed
	}
	return taken, err
}

// fromThen has all pages do something from when it closes begin, and returns how long each took. What
// takes a minute has failed.
func fromThen(begin chan struct{}, do func(i int) error) ([]time.Duration, error) {
	taken := make([]time.Duration, openPages)
	var group errgroup.Group
	began := time.Now()
	for i := range openPages {
		group.Go(func() error {
			err := do(i)
			taken[i] = time.Since(began)
			return err
		})
	}
	close(begin)
	return taken, group.Wait()
}

func isOrder(payload []byte) bool {
	return isOf(payload, "change") && bytes.Contains(payload, []byte(`"kind":"order"`))
}

// await reads a line up to what is awaited.
func (o *openedPages) await(line *pageLine, is func(payload []byte) bool) error {
	if err := line.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	for {
		opcode, payload, err := nextFrame(line.in)
		if err == nil && opcode == ws.OpPing {
			err = pong(line)
		}
		switch {
		case err != nil:
			return err
		case isOf(payload, "bye"), isOf(payload, "error"):
			return fmt.Errorf("a page that follows the orders is told: %s", payload)
		case is(payload):
			return o.note(valueIn(payload, "position"))
		}
	}
}

func (o *openedPages) note(position string) error {
	if position == "" {
		return errors.New("what the staff is told has no position")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since = position
	return nil
}
