package filemanagers

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// stepScenario is scenario, and then a life with steps of several values and kinds.
func stepScenario() []act {
	order := func(n int) act { // which takes its stock, and is a parcel and a message
		return func(t *testing.T, s dao.Store) error {
			_, err := s.Update(t.Context(), func(tx dao.Tx) error {
				_, err := dao.Product.Within(tx).Update(testID(9), func(p *models.Product) error { p.Stock++; return nil })
				_, cartErr := dao.Cart.Within(tx).Update(testID(1), func(c *models.Cart) error { c.Products = nil; return nil })
				sold := daotest.Parcel.Example(n)
				sold.SetHead(models.Head{ID: testID(n)})
				return errors.Join(err, cartErr, tx.Put(daotest.Parcel.Schema, sold), tx.Put(dao.Message.Schema, &models.Message{ID: testID(n), User: "ana@example.com", Message: "pedido"}))
			})
			return err
		}
	}
	cleared := func(t *testing.T, s dao.Store) error {
		_, err := s.Update(t.Context(), func(tx dao.Tx) error {
			return errors.Join(tx.Delete(daotest.Parcel.Schema, testID(20)), tx.Delete(dao.Product.Schema, testID(2)), tx.Put(daotest.Parcel.Schema, testParcel(20)))
		})
		return err
	}
	fold := func(t *testing.T, s dao.Store) error { return s.Engine.(*engine).compactor.compact(false) }
	return append(scenario(), order(20), fold, order(21), cleared, order(22), fold)
}

const (
	shelves   = 6     // products between which stock is moved
	stockEach = 1_000 // of each at first
)

// Stock is moved between products by many at once, and each step also says so in the chat. Wherever
// the power goes, no stock is lost or doubled, there are as many changes as were said, and whoever
// was answered finds that his was.
func TestPowerLossAmongSteps(t *testing.T) {
	random := newRandom(t)
	rounds := 150 * crashesEach()
	for range rounds {
		d := newMemDisk()
		s, err := openSmall(d, 8)
		if err != nil {
			t.Fatal(err)
		}
		var batch dao.Batch
		for n := range shelves {
			p := testProduct(n + 1)
			p.Stock = stockEach
			batch.Products = append(batch.Products, p)
		}
		if _, err := s.Load(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		d.mu.Lock()
		d.fail = d.steps + 1 + random.IntN(60)
		d.mu.Unlock()
		answered := moveStock(t, s, random.Uint64())
		s.Close()
		after, err := openDisk(d.crash(random), 8)
		if err != nil {
			t.Fatal(err)
		}
		wantMoved(t, after, answered)
		wantWholeFeed(t, after)
		if err := after.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Attr("crashes", strconv.Itoa(rounds))
}

// moveStock moves stock until the disk fails, or for some time, and returns what was answered.
func moveStock(t *testing.T, s dao.Store, seed uint64) (answered []models.ID) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for w := range 5 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			for n := range 12 {
				id := models.ID{0x67, byte(w), 11: byte(n)}
				err := move(t, s, id, testID(1+random.IntN(shelves)), testID(1+random.IntN(shelves)), int64(1+random.IntN(9)))
				if errors.Is(err, dao.ErrUnavailable) || errors.Is(err, dao.ErrUnknown) {
					return
				}
				mu.Lock()
				answered = append(answered, id)
				mu.Unlock()
				if w == 0 && n%5 == 4 {
					s.Engine.(*engine).compactor.compact(false) // may fail, too
				}
			}
		})
	}
	all.Wait()
	return answered
}

func move(t *testing.T, s dao.Store, id, from, to models.ID, n int64) error {
	if from == to {
		to = testID(int(from[11])%shelves + 1)
	}
	_, err := s.Update(t.Context(), func(tx dao.Tx) error {
		products := dao.Product.Within(tx)
		moved := int64(0)
		_, err := products.Update(from, func(p *models.Product) error { moved = min(n, p.Stock); p.Stock -= moved; return nil })
		_, toErr := products.Update(to, func(p *models.Product) error { p.Stock += moved; return nil })
		return errors.Join(err, toErr, tx.Put(dao.Message.Schema, &models.Message{ID: id, User: "ana@example.com", Message: "moved"}))
	})
	return err
}

// wantMoved fails unless the products and the messages are of the same steps.
func wantMoved(t *testing.T, s dao.Store, answered []models.ID) {
	t.Helper()
	said, stock, changes := map[models.ID]bool{}, int64(0), int64(0)
	_, err := s.Dump(t.Context(), func(b dao.Batch) error {
		for _, m := range b.Messages {
			said[m.ID] = true
		}
		for _, p := range b.Products {
			stock, changes = stock+p.Stock, changes+p.Rev-1
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if stock != shelves*stockEach || changes != 2*int64(len(said)) {
		t.Fatalf("%d in stock, of %d; %d changes of products, and %d messages", stock, shelves*stockEach, changes, len(said))
	}
	for _, id := range answered {
		if !said[id] {
			t.Fatalf("step %s was answered, and is lost", id)
		}
	}
}
