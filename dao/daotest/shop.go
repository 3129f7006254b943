package daotest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

// tb is what a *testing.T and a *rapid.T have in common.
type tb interface {
	rapid.TB
	Context() context.Context
	Cleanup(func())
}

// shop is a store under test. Its helpers end the test when the store fails them; they are for the
// goroutine of the test.
type shop struct {
	dao.Store
	t   tb
	ctx context.Context
}

func open(t *testing.T, h Harness) shop { return shopOf(t, h.Open(t)) }

func shopOf(t tb, s dao.Store) shop { return shop{Store: s, t: t, ctx: t.Context()} }

// product is a valid product with a code.
func product(code string) models.Product {
	return models.Product{
		Title: "Yerba " + code, Description: "Con palo,\nestacionada", Code: code, Price: 1234500, Status: true, Stock: 7,
		Category: "almacén", Thumbnails: []string{"/img/yerba.svg", "https://example.com/yerba.png"},
	}
}

func message(text string) models.Message {
	return models.Message{User: "ana@example.com", Message: text}
}

// id makes ids that are the same in every run and stand in the order of n.
func id(n int) models.ID { return models.ID{0x66, 10: byte(n >> 8), 11: byte(n)} }

// number is id where that word is taken.
func number(n int) models.ID { return id(n) }

func (s shop) ok(what string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

// equal compares; an empty list and none are the same here (their own rule stands in owner.go).
func (s shop) equal(what string, got, want any) {
	s.t.Helper()
	if reflect.DeepEqual(got, want) {
		return // to make a difference of what has none takes long
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// fails wants an error that is target.
func (s shop) fails(what string, err, target error) {
	s.t.Helper()
	if !errors.Is(err, target) {
		s.t.Fatalf("%s: got error %v, want %v", what, err, target)
	}
}

// refuses wants models.Invalid with exactly these fields.
func (s shop) refuses(what string, err error, fields ...string) {
	s.t.Helper()
	invalid, ok := errors.AsType[models.Invalid](err)
	if !ok {
		s.t.Fatalf("%s: got error %v, want models.Invalid", what, err)
	}
	var got []string
	for _, problem := range invalid {
		got = append(got, problem.Field)
	}
	s.equal(what+": fields refused", got, fields)
}

func (s shop) create(p models.Product) models.Product {
	s.t.Helper()
	p, _, err := s.Products.Create(s.ctx, p)
	s.ok("create product", err)
	return p
}

func (s shop) get(id models.ID) models.Product {
	s.t.Helper()
	p, err := s.Products.Get(s.ctx, id)
	s.ok("get product", err)
	return p
}

func (s shop) newCart(items ...models.Item) models.Cart {
	s.t.Helper()
	c, _, err := s.Carts.Create(s.ctx, models.Cart{Products: items})
	s.ok("create cart", err)
	return c
}

func (s shop) getCart(id models.ID) models.Cart {
	s.t.Helper()
	c, err := s.Carts.Get(s.ctx, id)
	s.ok("get cart", err)
	return c
}

func (s shop) say(text string) models.Message {
	s.t.Helper()
	m, _, err := s.Messages.Append(s.ctx, message(text))
	s.ok("append message", err)
	return m
}

func (s shop) load(b dao.Batch) dao.Receipt {
	s.t.Helper()
	receipt, err := s.Load(s.ctx, b)
	s.ok("load", err)
	return receipt
}

func (s shop) head() dao.Position {
	s.t.Helper()
	head, err := s.Feed.Head(s.ctx)
	s.ok("head", err)
	return head
}

// since returns all changes after a position.
func (s shop) since(after dao.Position) []dao.Change {
	s.t.Helper()
	changes, err := s.Feed.Since(s.ctx, after, math.MaxInt32)
	s.ok("since "+after.String(), err)
	return changes
}

// history returns all changes there ever were.
func (s shop) history() []dao.Change {
	s.t.Helper()
	return s.since(dao.Position{Epoch: s.head().Epoch})
}

// still wants nothing to have been written since a position.
func (s shop) still(since dao.Position) {
	s.t.Helper()
	s.equal("head, where nothing was to be written", s.head(), since)
}

// repeated wants a receipt of nothing written, at a position from the one on which it was in
// effect.
func (s shop) repeated(r dao.Receipt, from dao.Position) {
	s.t.Helper()
	head := s.head()
	if !r.Repeated || r.Position.Epoch != head.Epoch || r.Position.Offset < from.Offset || r.Position.Offset > head.Offset {
		s.t.Fatalf("receipt %+v: want one of nothing written, between %v and %v", r, from, head)
	}
}

// dump returns the whole store in one batch.
func (s shop) dump() (all dao.Batch, at dao.Position) {
	s.t.Helper()
	at, err := s.Dump(s.ctx, func(b dao.Batch) error {
		all.Products = append(all.Products, b.Products...)
		all.Carts = append(all.Carts, b.Carts...)
		all.Messages = append(all.Messages, b.Messages...)
		all.Others = append(all.Others, b.Others...)
		return nil
	})
	s.ok("dump", err)
	return all, at
}

// fill puts a little of everything in, the marks of changes and deletes included.
func (s shop) fill() {
	s.t.Helper()
	yerba, azucar := s.create(product("yerba")), s.create(product("azúcar"))
	cart, gone := s.newCart(models.Item{Product: yerba.ID, Quantity: 2}), s.newCart()
	_, _, err := s.Products.Update(s.ctx, yerba.ID, func(p *models.Product) error { p.Stock--; return nil })
	s.ok("update product", err)
	_, _, err = s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: azucar.ID}, 3); return nil })
	s.ok("update cart", err)
	_, _, err = s.Products.Delete(s.ctx, azucar.ID)
	s.ok("delete product", err)
	_, _, err = s.Carts.Delete(s.ctx, gone.ID)
	s.ok("delete cart", err)
	for _, k := range others() {
		f := s.face(k)
		for n := range 3 {
			_, _, err := f.create(example(k, n, models.ID{}))
			s.ok("create", err)
		}
		made, _, err := f.create(example(k, 3, models.ID{}))
		s.ok("create", err)
		_, _, err = f.update(made.GetHead().ID, becomes(k.Example(4)))
		s.ok("update", err)
		made, _, err = f.create(example(k, 5, models.ID{}))
		s.ok("create", err)
		_, _, err = f.delete(made.GetHead().ID)
		s.ok("delete", err)
	}
	for i := range 5 {
		s.say(fmt.Sprintf("mensaje %d", i))
	}
}

// atOnce runs do n times at once and waits for all of them.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() { <-start; do(i) })
	}
	close(start)
	all.Wait()
}
