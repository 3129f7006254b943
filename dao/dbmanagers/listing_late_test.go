package dbmanagers

import (
	"context"
	"log/slog"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// busyClient has something happen just before each find of products.
type busyClient struct {
	*modelClient
	before func()
}

type busyTable struct {
	modelHandle
	before func()
}

func (b *busyClient) table(name string) table {
	if name != "products" {
		return b.modelClient.table(name)
	}
	return busyTable{modelHandle{b.modelClient, name}, func() { b.before() }}
}

func (b busyTable) find(ctx context.Context, q query, visit func(bson.Raw) error) error {
	b.before()
	return b.modelHandle.find(ctx, q, visit)
}

// A create that arrives after its deletion is on no list: neither where the process knows of the
// deletion, and then it takes nobody's place on a page, nor where it does not know of it yet, and
// others go on writing whenever it reads. Nothing is done in the background: it would be deleted again.
func TestListWithoutWhatCameTooLate(t *testing.T) {
	server, ctx := newModelServer(1), t.Context()
	open := func(db database) *engine {
		t.Helper()
		e := newEngine(db, Options{Log: slog.New(slog.DiscardHandler)})
		if err := e.prepare(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e
	}
	reader := &busyClient{&modelClient{modelServer: server}, func() {}}
	defer func() { reader.before = func() {} }()
	there, here := open(&modelClient{modelServer: server}), open(reader)
	table := modelHandle{reader.modelClient, "products"}
	step := func(e *engine, do func(dao.Within[models.Product]) error) {
		t.Helper()
		receipt, err := e.Update(ctx, func(tx dao.Tx) error { return do(dao.Product.Within(tx)) })
		if err == nil {
			err = e.applier.bring(ctx, receipt.Position.Offset)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	made := func(n int) {
		t.Helper()
		step(there, func(c dao.Within[models.Product]) error {
			p := aProduct(number(n).String())
			p.ID = number(n)
			_, err := c.Create(p)
			return err
		})
	}
	madeTooLate := func(n int) {
		t.Helper()
		made(n)
		server.mu.Lock()
		doc := server.at("products").docs[keyOf(valueOf(objectID(number(n))))]
		server.mu.Unlock()
		step(there, func(c dao.Within[models.Product]) error { _, err := c.Delete(number(n)); return err })
		table.writeNow(write{insertOne, nil, doc})
	}
	lists := func(q models.ProductQuery, total int, want ...int) {
		t.Helper()
		page, err := here.store().Products.List(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		got := []int{}
		for _, p := range page.Products {
			got = append(got, int(p.ID[11]))
		}
		if len(got) != len(want) || page.Total != total {
			t.Fatalf("%+v: %v of %d, want %v of %d", q, got, page.Total, want, total)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%+v: %v, want %v", q, got, want)
			}
		}
	}
	madeTooLate(1)
	made(2)
	made(3)
	made(4)
	if err := here.feed.look(ctx); err != nil {
		t.Fatal(err)
	}
	lists(models.ProductQuery{Limit: 2}, 3, 2, 3)
	n := 10
	reader.before = func() { n++; madeTooLate(n) }
	lists(models.ProductQuery{Limit: 100}, 3, 2, 3, 4)
	lists(models.ProductQuery{Limit: 100, Backwards: true}, 3, 4, 3, 2)
}
