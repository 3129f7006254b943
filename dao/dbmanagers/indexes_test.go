package dbmanagers

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// indexed waits until the shop has made its indexes anew.
func (p *place) indexed() {
	p.Helper()
	for coll, name := range map[string]string{"products": "pulperia.code_1", "feed": "changes.id_1"} {
		p.await("the indexes of "+coll+" are back", func() bool {
			specs, err := p.db.Collection(coll).Indexes().ListSpecifications(p.ctx)
			for _, spec := range specs {
				if spec.Name == name {
					return err == nil
				}
			}
			return false
		})
	}
}

// While no index guards the codes, before any process has noticed that, none is given twice: not by
// creates, changes and loads of several processes at once.
func TestCodesWithoutIndex(t *testing.T) {
	p := newPlace(t)
	asleep := Options{sweepEvery: time.Hour}
	processes := []process{p.open(asleep), p.open(asleep)}
	for i := range 4 {
		product := aProduct("own " + number(i).String())
		product.ID = number(i + 1)
		_, _, err := processes[0].Products.Create(p.ctx, product)
		p.ok("create", err)
	}
	p.settled()
	p.ok("drop the indexes", p.db.Collection("products").Indexes().DropAll(p.ctx))
	for round := range 10 {
		code := number(round).String()
		var given atomic.Int32
		var all sync.WaitGroup
		try := func(write func() error) {
			all.Go(func() {
				switch err := write(); {
				case err == nil:
					given.Add(1)
				case !errors.Is(err, dao.ErrConflict):
					t.Error(err)
				}
			})
		}
		for i := range 8 {
			s := processes[i%2]
			try(func() error { _, _, err := s.Products.Create(p.ctx, aProduct(code)); return err })
		}
		for i := range 4 {
			s := processes[i%2]
			try(func() error {
				_, _, err := s.Products.Update(p.ctx, number(i+1), func(p *models.Product) error { p.Code = code; return nil })
				return err
			})
		}
		try(func() error {
			_, err := processes[0].Load(p.ctx, dao.Batch{Products: []models.Product{aProduct(code)}})
			return err
		})
		all.Wait()
		p.settled()
		if n := p.howMany("products", bson.M{"code": code}); n > 1 || int64(given.Load()) != n {
			t.Errorf("round %d: %d products have the code, and %d were told so", round, n, given.Load())
		}
	}
	processes[0].sound()
}

// A dropped index comes back, and until then no change is told twice.
func TestDroppedIndexesComeBack(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 3, 1)
	for _, coll := range []string{"products", "carts", "messages", "feed"} {
		p.ok("drop the indexes", p.db.Collection(coll).Indexes().DropAll(p.ctx))
	}
	var all sync.WaitGroup
	for i := range 3 {
		for _, s := range []process{one, two} {
			all.Go(func() { p.restock(s, i+1, 20) })
		}
	}
	all.Wait()
	one.sound()
	p.indexed()
	p.goesOn(one, two)
}
