package main

import (
	"fmt"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// key names a row of the table; the rows stand in this order.
type key int

const (
	oneProduct key = iota
	oneProductBusy
	pageOfTen
	pageOfTenBusy
	frontPage
	searching
	creates64
	creates512
	importing
	starting
	demoMemory
	largeMemory
	busyMemory
	history
	fanningOut
	deliveryCPU
	idleDelivery
	chatDelivery
	socketMemory
	comingBack
	stalledReader
	mongoProduct
	mongoPage
	mongoAppends
	mongoAdditions
	mongoMigration
	mongoIndexed
	keys // how many there are
)

// row is one line of the table. An empty cell means that there is nothing to say.
type row struct {
	key
	measured, limit, ratio, required string
	computing                        string // CPU for each, as so many times the limit's
	met                              bool
}

// what returns the first cell of a row.
func (k key) what(s scale) string {
	switch {
	case k >= mongoProduct:
		return mongoWhat(k, s)
	case k >= fanningOut:
		return liveWhat(k, s)
	}
	const writes = ", 100 writes/s going on"
	products := number("%d products", s.products)
	both := products + " and " + number("%d messages", s.messages)
	return [keys]string{
		oneProduct:     "`GET /api/products/:pid` out of " + products,
		oneProductBusy: "the same" + writes,
		pageOfTen:      "`GET /api/products?category=…&minPrice=…&maxPrice=…`, 10 out of " + products,
		pageOfTenBusy:  "the same" + writes,
		frontPage:      "`GET /` with 24 products",
		searching:      "`GET /api/products?q=` two words, " + products,
		creates64:      "durable creates of messages, 64 writers, store alone",
		creates512:     "durable creates of messages, 512 writers, store alone",
		importing:      "import of " + products,
		starting:       "start with " + both,
		demoMemory:     "resident memory, demo catalogue, idle",
		largeMemory:    "resident memory, " + both + ", idle",
		busyMemory:     "resident memory, the same, after the load of the rows above",
		history:        "`GET /api/messages?before=…`, 50 anywhere in " + number("%d messages", s.messages),
	}[k]
}

func duelRow(k key, d duel, required float64) row {
	r := row{key: k, measured: figures(d.shop, "requests", d.shopCPU), limit: figures(d.bare, "requests", d.bareCPU),
		computing: computing(d.shopCPU, d.bareCPU)}
	if d.written > 0 {
		r.measured += number("; %.0f writes a second", d.written)
	}
	return ratioRow(r, d.ratio, required)
}

func createsRow(k key, c creates) row {
	return ratioRow(row{key: k, measured: figures(c.store, "creates", c.storeCPU),
		limit:     figures(c.bare, fmt.Sprintf("appends of %d bytes", c.lineBytes), c.bareCPU),
		computing: computing(c.storeCPU, c.bareCPU)}, c.ratio, 0.5)
}

func ratioRow(r row, ratio, required float64) row {
	r.ratio, r.required, r.met = percent(ratio), "at least "+percent(required), ratio >= required
	return r
}

func timeRow(k key, took, most time.Duration) row {
	return row{key: k, measured: fmt.Sprintf("%.2f s", took.Seconds()), required: fmt.Sprintf("within %.0f s", most.Seconds()), met: took <= most}
}

// memoryRow counts a megabyte as 1,000,000 bytes. Without a limit the row is only to know.
func memoryRow(k key, size int64, most float64) row {
	megabytes := float64(size) / 1e6
	r := row{key: k, measured: fmt.Sprintf("%.1f MB", megabytes), met: megabytes <= most}
	if most > 0 {
		r.required = fmt.Sprintf("within %.0f MB", most)
	}
	return r
}

func latencyRow(k key, s sample, share float64, most time.Duration) row {
	return row{
		key: k, measured: fmt.Sprintf("p50 %s, p99 %s", milli(s.quantile(0.5)), milli(s.quantile(0.99))),
		required: fmt.Sprintf("p%.0f within %.0f ms", share*100, most.Seconds()*1e3), met: s.quantile(share) <= most,
	}
}

// figures says how many calls a second there were, how long they took, and how much computing each
// took.
func figures(s sample, calls string, cpu time.Duration) string {
	return number("%.0f ", s.perSecond) + calls + fmt.Sprintf(" a second, p50 %s, p99 %s, %.1f µs of CPU each",
		milli(s.quantile(0.5)), milli(s.quantile(0.99)), cpu.Seconds()*1e6)
}

// computing says how many times the CPU of the bare limit something takes.
func computing(ours, bare time.Duration) string {
	if ours == 0 || bare == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(ours)/float64(bare))
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", share*100) }

func milli(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1e3) }

// number formats a figure with a comma at each thousand.
func number(format string, figure any) string {
	return message.NewPrinter(language.English).Sprintf(format, figure)
}
