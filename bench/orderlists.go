package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/faults/harness"
)

// orders is how many there are for lists.
func (s scale) orders() int { return s.products }

// listedRow is one list of orders, by both doors.
type listedRow struct {
	what      string
	api, page round
}

// orderLists measures the lists of the staff among many orders.
func (b *bench) orderLists(ctx context.Context, r *report) error {
	store := filepath.Join(b.dir, "listed")
	if err := b.fillOrders(ctx, store); err != nil {
		return err
	}
	_, password, err := b.staff(ctx, store)
	if err != nil {
		return err
	}
	server, err := startShop(ctx, b.program, store, "--orders-per-hour", "0")
	if err != nil {
		return err
	}
	defer server.stop()
	session, err := signIn(server.address, password)
	if err != nil {
		return err
	}
	if r.ordersIdle, err = b.settled(ctx, server); err != nil {
		return err
	}
	for _, list := range b.listsOfOrders() {
		row := listedRow{what: list.what}
		if row.api, err = b.listing(ctx, server, "/api/orders", session, list.api); err != nil {
			return err
		}
		if row.page, err = b.listing(ctx, server, "/admin/orders", session, list.page); err != nil {
			return err
		}
		r.orderLists = append(r.orderLists, row)
		b.log.Info("a list of orders: "+row.what, "api", row.api.say(), "page", row.page.say())
	}
	if r.ordersBusy, err = b.settled(ctx, server); err != nil {
		return err
	}
	return b.rings(ctx, r, server, session)
}

// fillOrders makes a store of many orders: one of a hundred is open, one of ten was cancelled.
func (b *bench) fillOrders(ctx context.Context, dir string) (err error) {
	store, err := filemanagers.Open(ctx, dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	start := time.Now().AddDate(-1, 0, 0)
	apart := 365 * 24 * time.Hour / time.Duration(b.scale.orders())
	var batch dao.Batch
	for i := range b.scale.orders() {
		at := models.TimeOf(start.Add(time.Duration(i) * apart))
		batch.Add(b.order(i, at))
		if batch.Len() == 10_000 || i == b.scale.orders()-1 {
			if _, err := store.Load(ctx, batch); err != nil {
				return err
			}
			batch = dao.Batch{}
		}
	}
	return nil
}

// order is the i-th order, of half as many buyers.
func (b *bench) order(i int, at models.Time) *models.Order {
	o := dao.Order.Example(i).(*models.Order)
	o.ID, o.CreatedAt, o.UpdatedAt, o.Rev = b.id(at.Std()), at, at, 1
	o.Buyer = models.Buyer{
		Name: "Ana " + b.words[i/2%len(b.words)] + " " + strconv.Itoa(i/2), Email: fmt.Sprintf("vecina%d@example.com", i/2),
		Phone: fmt.Sprintf("+54 9 11 %08d", i/2),
	}
	o.Lines[0].Code, o.Lines[0].Title = fmt.Sprintf("%s-%06d", b.word(), i%shelfSize), b.text(titleSize)
	switch {
	case i%100 == 0:
		o.Payment = models.OrderPayment{Way: models.PayTransfer, Awaited: true}
	case i%100 == 1:
		o.State = models.OrderReady
	case i%100 == 2: // to be accepted
	case i%10 == 3:
		o.State = models.OrderCancelled
	default:
		o.State = models.OrderDone
		o.Ledger = []models.Fact{{ID: o.ID.String(), At: at, Kind: models.FactPaid, Amount: o.Totals.Total}}
	}
	o.History = []models.Event{{At: at, What: string(o.State)}}
	o.Normalize()
	return o
}

// listOfOrders is what is asked for, as both doors spell it.
type listOfOrders struct{ what, api, page string }

func (b *bench) listsOfOrders() []listOfOrders {
	n := b.scale.orders()
	page := func(part int) string { return fmt.Sprintf("page=%d", max(1, part*n/25/2)) }
	same := func(what, query string) listOfOrders { return listOfOrders{what, query, query} }
	search := func(what, text string) listOfOrders { return same("search for "+what, "q="+url.QueryEscape(text)) }
	some := n / 2
	return []listOfOrders{
		same("all, the first page", "page=1"),
		same("all, a page in the middle", page(1)),
		same("all, the last page", page(2)),
		{"to do", "state=placed,accepted&payment=none", "group=todo"},
		{"waiting for money", "payment=waiting,failed", "group=money"},
		{"ready", "state=ready,sent", "group=ready"},
		{"several states", "state=placed,ready,cancelled", "state=placed&state=ready&state=cancelled"},
		{"paid by the API, done on the page", "payment=paid", "state=done"},
		search("a number", strconv.Itoa(some)),
		search("a name", "ana "+strconv.Itoa(some/2)),
		search("a name that all have", "ana"),
		search("a telephone number", fmt.Sprintf("+54 9 11 %08d", some/2)),
		search("a code", fmt.Sprintf("%06d", some%shelfSize)),
		search("what none has", "nadie"),
	}
}

// listing asks for a list again and again.
func (b *bench) listing(ctx context.Context, server *process, path, session, query string) (round, error) {
	if path == "/api/orders" {
		query += "&limit=25"
	}
	target := path + "?" + query
	answer, err := harness.Send(http.DefaultClient, "GET", "http://"+server.address+target, "", "Cookie", session)
	if err != nil || answer.StatusCode != http.StatusOK {
		return round{}, fmt.Errorf("GET %s: %s, %w", target, answer.Status, err)
	}
	asked := [][]byte{withHeader(request("GET", target, ""), "Cookie: "+session)}
	return measured(server.Pid(), func() (sample, error) { return get(ctx, server.address, asked, 1, b.length/4) })
}

// say is how long an answer takes.
func (r round) say() string {
	return fmt.Sprintf("p50 %s, p99 %s, %.0f µs of CPU each", milli(r.quantile(0.5)), milli(r.quantile(0.99)), micro(r.cpu))
}
