package main

import (
	"bytes"
	"fmt"
	"time"
)

// ordersTitle names the chapter.
const ordersTitle = "Orders"

// leastPlaced is what is required of orders placed, as a share of the bare limit.
const leastPlaced = 0.5

// mostListed is what is required of lists: the median.
const mostListed = 10 * time.Millisecond

// orders writes the chapter.
func (r *report) orders(b *bytes.Buffer) {
	if len(r.placings) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\nWritten by `%s` on %s, of %s.\n",
		ordersTitle, r.command, r.begin.UTC().Format(time.DateOnly), r.machine[0])
	if r.scale != full() {
		b.WriteString("This is a short run.\n")
	}
	r.writePlacings(b)
	r.writePurchases(b)
	r.writeLists(b)
	r.writeRings(b)
	r.explainOrders(b)
}

func (r *report) writePlacings(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n| orders placed, %d buyers | measured | bare limit, same run | ratio | required | met |\n"+
		"|---|---|---|---|---|---|\n", buyers)
	for _, p := range r.placings {
		fmt.Fprintf(b, "| %s | %s | %s | %s | at least %s | %s |\n", p.what,
			figures(p.ours.sample, "orders", p.ours.cpu), figures(p.bare.sample, p.records, p.bare.cpu),
			percent(p.ratio), percent(leastPlaced), yesOrNo(p.ratio >= leastPlaced))
	}
	if r.noServer {
		fmt.Fprintf(b, "\nMongoDB was not measured: no server in %s.\n", serverVariable)
	}
}

func (r *report) writePurchases(b *bytes.Buffer) {
	p := r.purchase
	if p.ratio == 0 {
		b.WriteString("\nBeside the Node peer nothing was measured: there is no Node here.\n")
		return
	}
	fmt.Fprintf(b, "\n| over HTTP, %d buyers | pulperia | Node peer, same run | times the peer |\n|---|---|---|---|\n",
		buyers)
	fmt.Fprintf(b, "| `POST /api/carts/:cid/purchase`, durable, in files | %s | %s | %.1f |\n",
		figures(p.ours.sample, "purchases", p.ours.cpu), figures(p.peer.sample, "purchases", p.peer.cpu), p.ratio)
}

func (r *report) writeLists(b *bytes.Buffer) {
	if len(r.orderLists) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| lists of the staff, %s | API | page | required of both | met |\n|---|---|---|---|---|\n",
		number("%d orders", r.scale.orders()))
	for _, one := range r.orderLists {
		met := one.api.quantile(0.5) <= mostListed && one.page.quantile(0.5) <= mostListed
		fmt.Fprintf(b, "| %s | %s | %s | p50 within %.0f ms | %s |\n", one.what, one.api.say(), one.page.say(),
			mostListed.Seconds()*1e3, yesOrNo(met))
	}
	fmt.Fprintf(b, "\nResident memory of that shop: %.1f MB before the first list, %.1f MB after all of them.\n",
		float64(r.ordersIdle)/1e6, float64(r.ordersBusy)/1e6)
}

func (r *report) writeRings(b *bytes.Buffer) {
	if len(r.rings) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| a new order among %s | measured | required | met |\n|---|---|---|---|\n", number("%d", r.scale.orders()))
	for _, one := range r.rings {
		worst := one.quantile(1)
		fmt.Fprintf(b, "| %s | p50 %s, p99 %s, worst %s | worst within %.0f s | %s |\n", one.what,
			milli(one.quantile(0.5)), milli(one.quantile(0.99)), milli(worst), mostRung.Seconds(), yesOrNo(worst <= mostRung))
	}
}

func (r *report) explainOrders(b *bytes.Buffer) {
	fmt.Fprintf(b, `
- **Orders placed** are of one piece each, by a visitor without limits (`+"`--orders-per-hour 0`"+`): each of another of %s, or all
  of the same one. They go through the shop's verb in this process; CPU is that of the buyers, too. Carts are made before.
- **The bare limit** of files appends what the journal got for an order (the product, the order, the counter and the cart), and all who
  wait share one write and one fdatasync. That of MongoDB is the driver alone: it reads the cart, takes the piece where there is one,
  counts, inserts the same order and empties the cart, in a transaction where the server has them. It tells nobody of it, and
  without transactions a crash in between leaves half of an order.
- **The Node peer** buys as the course has it: each product is looked at and saved, then the ticket, then the cart, each durable by an
  append that all who wait share. Who comes in between sees the same pieces: it sells more than there are. Ours does all in one step.
- **Lists** are asked for one after the other over one connection, by who keeps the shop, of orders of a year by half as many buyers.
- **A new order** comes over HTTP, one after the other, while %d pages of the staff have their lines open: each time is that of one page, from
  the sending of the order to its being there, from where on the page rings at once. A lost line: all are closed, an order comes, and
  they come back at the same time; each time is from dialling to the order's being there. How long a browser waits before it dials is not in it.
`, number("%d products", shelfSize), openPages)
}
