package shop_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/shop"
)

// eachEngine runs a test on files and on a database.
func eachEngine(t *testing.T, test func(t *testing.T, s *shop.Shop, store dao.Store)) {
	t.Run("files", func(t *testing.T) {
		s, store := open(t, shop.Options{})
		test(t, s, store)
	})
	t.Run("mongodb", func(t *testing.T) {
		store, err := dbmanagers.Open(t.Context(), mongotest.Emptied(t), dbmanagers.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		test(t, shop.New(store, shop.Options{}), store)
	})
}

// Lists are those of the orders as they are, whatever happened to them after the index was first read:
// by group, state, payment and text, page by page, newest first.
func TestOrdersAreListedAsTheyAre(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *shop.Shop, _ dao.Store) {
		sells(t, s)
		yerba := stocked(t, s, "Y", 1000)
		all := map[models.ID]models.Order{}
		chance := rand.New(rand.NewPCG(1, 2))
		for i := range 40 {
			asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
			asked.Buyer.Name, asked.Buyer.Phone = fmt.Sprintf("Ana x%d", i%3), "+5492233"
			if i%2 == 0 {
				asked.Payment.Way = models.PayTransfer
			}
			p := placed(t, s, asked)
			all[p.Order.ID] = p.Order
			for id, o := range all {
				var err error
				switch chance.IntN(8) {
				case 0:
					o, _, err = s.AcceptOrder(t.Context(), shop.Machine, id)
				case 1:
					o, _, err = s.OrderPaid(t.Context(), shop.Machine, id, shop.Money{})
				case 2:
					o, _, err = s.ReadyOrder(t.Context(), shop.Machine, id)
				case 3:
					o, _, err = s.CancelOrder(t.Context(), shop.Machine, id, "")
				case 4:
					o, _, err = s.HandOverOrder(t.Context(), shop.Machine, id, shop.Money{})
				default:
					continue
				}
				if err == nil {
					all[id] = o
				}
				break
			}
		}
		sameLists(t, s, all)
	})
}

// sameLists wants lists to be what a look at each order makes of them.
func sameLists(t *testing.T, s *shop.Shop, all map[models.ID]models.Order) {
	t.Helper()
	for _, q := range []shop.OrderQuery{
		{}, {Group: shop.OrdersToDo}, {Group: shop.OrdersWaiting}, {Group: shop.OrdersReady},
		{States: []models.OrderState{models.OrderPlaced, models.OrderDone}}, {Payments: []models.PaymentState{models.PaymentPaid}},
		{Text: "ana x1"}, {Text: "54922"}, {Text: "y"}, {Text: "7"}, {Text: "nadie"},
	} {
		var want, got []int64
		for _, o := range all {
			if (q.Group == "" || shop.GroupOf(&o) == q.Group) && (q.States == nil || slices.Contains(q.States, o.State)) &&
				(q.Payments == nil || slices.Contains(q.Payments, o.PaymentState())) &&
				(q.Text != "ana x1" || o.Buyer.Name == "Ana x1") && (q.Text != "7" || o.Number == 7) && q.Text != "nadie" {
				want = append(want, o.Number)
			}
		}
		slices.Sort(want)
		slices.Reverse(want)
		for q.Limit, q.Page = 7, 1; ; q.Page++ {
			page, err := s.Orders(t.Context(), shop.Machine, q)
			if err != nil || page.Total != len(want) {
				t.Fatalf("%+v: %d, %v; want %d", q, page.Total, err, len(want))
			}
			for _, o := range page.Orders {
				if !o.Same(all[o.ID]) {
					t.Errorf("%+v is not %+v", o, all[o.ID])
				}
				got = append(got, o.Number)
			}
			if len(page.Orders) == 0 {
				break
			}
		}
		if !slices.Equal(got, want) && q.Text != "ana x1" || len(got) != len(want) {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
	}
}

// Another process over the same database sees in its lists what this one did.
func TestOrdersOfAnotherProcess(t *testing.T) {
	url := mongotest.Emptied(t)
	one, other := openDatabase(t, url), openDatabase(t, url)
	s, far := shop.New(one, shop.Options{}), shop.New(other, shop.Options{})
	yerba := stocked(t, s, "Y", 10)
	for n := range 3 {
		p := placed(t, s, buyer(cartOf(t, s, of(yerba.ID, 1))))
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			newest, err := far.NewestOrder(t.Context(), shop.Machine)
			if err == nil && newest == p.Order.Number {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d orders: the other sees %d, %v", n+1, newest, err)
			}
		}
	}
}

// A product that another process removes while the pieces are first read, page by page, is not there,
// and all others are, though those of the next page have moved up.
func TestShelvesAreReadBesideAnother(t *testing.T) {
	dose.SkipSmall(t, "it needs a database")
	url := mongotest.Emptied(t)
	store, cut := cutStore(openDatabase(t, url))
	s, other := shop.New(store, cheap), shop.New(openDatabase(t, url), cheap)
	var batch dao.Batch
	for n := range models.MaxLimit + 5 {
		batch.Products = append(batch.Products, models.Product{
			ID: models.NewID(time.Now()), Title: "P", Description: "d", Code: fmt.Sprint(n), Category: "c", Status: true,
		})
	}
	if _, err := s.TakeIn(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	cut.next(afterPage, 1, func() {
		lookAt(t, store) // so that the next look at the feed is some time ahead
		if _, _, err := other.RemoveProduct(t.Context(), batch.Products[0].ID); err != nil {
			t.Error(err)
		}
	})
	page, err := s.Shelves(t.Context(), shop.Machine, shop.PiecesQuery{Limit: 1})
	if err != nil || page.Total != models.MaxLimit+4 {
		t.Errorf("%d are there, not %d: %v", page.Total, models.MaxLimit+4, err)
	}
}

// The parts of the sales are the whole: of days, of ways to pay, of products with the delivery, and
// of rates; what was cancelled is in none. A day is one where the shop is.
func TestSalesAddUp(t *testing.T) {
	s, _ := open(t, shop.Options{})
	sells(t, s)
	yerba, mate := stocked(t, s, "Y", 100), stocked(t, s, "M", 100)
	for i := range int64(9) {
		asked := buyer(cartOf(t, s, of(yerba.ID, 1+i), of(mate.ID, 2)))
		if i%2 == 0 {
			asked.Payment.Way = models.PayTransfer
		}
		p := placed(t, s, asked)
		if i == 8 {
			if _, _, err := s.CancelOrder(t.Context(), shop.Machine, p.Order.ID, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("far", 14*3600), time.FixedZone("behind", -11*3600)} {
		now := time.Now().In(zone)
		today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
		sum, err := s.Sales(t.Context(), shop.Machine, today.AddDate(0, 0, -6), today, zone)
		if err != nil || sum.Orders != 8 || len(sum.Days) != 7 || sum.Days[6].Orders != 8 {
			t.Fatalf("%+v, %v", sum, err)
		}
		for name, parts := range map[string][]shop.SalesPart{"days": sum.Days, "ways": sum.Ways, "products": sum.Products} {
			total := models.Money(0)
			for _, part := range parts {
				total += part.Total
			}
			if name == "products" {
				total += sum.Delivery
			}
			if total != sum.Total || total != (36+16)*1000 {
				t.Errorf("%s: %s of %s", name, total, sum.Total)
			}
		}
		if sum.Products[0].Name != "Y" || sum.Products[0].Quantity != 36 || sum.Taxes[0].Total != sum.Items {
			t.Errorf("%+v", sum)
		}
		yesterday, err := s.Sales(t.Context(), shop.Machine, today.AddDate(0, 0, -9), today.AddDate(0, 0, -1), zone)
		if err != nil || yesterday.Orders != 0 {
			t.Errorf("%+v, %v", yesterday, err)
		}
	}
}

// A search finds what a look at each order does, by numbers and by beginnings of words, whatever
// becomes of the orders: whose name changes, who comes in between, and who goes.
func TestOrdersAreFoundByTheirWords(t *testing.T) {
	s, store := open(t, shop.Options{})
	batch := manyOrders(60)
	if _, err := store.Load(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	all := map[models.ID]models.Order{}
	for o := range batch.Of(dao.Order.Schema) {
		if order := o.(*models.Order); order.Number%7 != 0 { // there is room for more
			all[order.ID] = *order
		} else if _, _, err := dao.Order.In(store.Values).Delete(t.Context(), order.ID); err != nil {
			t.Fatal(err)
		}
	}
	foundAsByLook(t, s, all)
	chance := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		ids := slices.SortedFunc(maps.Keys(all), models.ID.Compare)
		id := ids[chance.IntN(len(ids))]
		err := error(nil)
		switch chance.IntN(3) {
		case 0:
			all[id], _, err = dao.Order.In(store.Values).Update(t.Context(), id, func(o *models.Order) error {
				o.Buyer.Name = []string{"Ana", "Beatriz Ana", "Banana 12", "Zoé"}[n%4]
				return nil
			})
		case 1:
			if n%2 == 0 { // the last one
				id = slices.MaxFunc(ids, func(a, b models.ID) int { return cmp.Compare(all[a].Number, all[b].Number) })
			}
			delete(all, id)
			_, _, err = dao.Order.In(store.Values).Delete(t.Context(), id)
		default:
			o := *dao.Order.Example(1_000 + n).(*models.Order)
			o.ID, o.Number = models.NewID(time.Now()), int64(7*(1+n%8))
			if slices.ContainsFunc(slices.Collect(maps.Values(all)), func(a models.Order) bool { return a.Number == o.Number }) {
				continue
			}
			if o, _, err = dao.Order.In(store.Values).Create(t.Context(), o); err == nil {
				all[o.ID] = o
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		foundAsByLook(t, s, all)
	}
}

// foundAsByLook wants searches to find what a look at each order does.
func foundAsByLook(t *testing.T, s *shop.Shop, all map[models.ID]models.Order) {
	t.Helper()
	for _, text := range []string{"ana", "an", "1", "12", "ana 1", "1 ana", "49", "zoe", "+54 9 11", "54911000", "y", "ba y", "nadie", "na", "!"} {
		var want []int64
		for _, o := range all {
			words := models.Words(strings.Join([]string{o.Buyer.Name, o.Buyer.Phone, o.Buyer.PhoneDigits(), o.Lines[0].Code}, " "))
			found := len(models.Words(text)) > 0
			for _, sought := range models.Words(text) {
				found = found && (sought == fmt.Sprint(o.Number) ||
					slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, sought) }))
			}
			if found {
				want = append(want, o.Number)
			}
		}
		slices.Sort(want)
		slices.Reverse(want)
		page, err := s.Orders(t.Context(), shop.Machine, shop.OrderQuery{Text: text, Limit: 100})
		var got []int64
		for _, o := range page.Orders {
			got = append(got, o.Number)
		}
		if err != nil || !slices.Equal(got, want) || page.Total != len(want) {
			t.Fatalf("%q: %v of %d, %v; want %v", text, got, page.Total, err, want)
		}
	}
}

// manyOrders are so many, placed over a year by half as many buyers.
func manyOrders(n int) (batch dao.Batch) {
	start := models.TimeOf(time.Now().AddDate(-1, 0, 0))
	for i := range n {
		o := dao.Order.Example(i).(*models.Order)
		o.ID = models.NewID(start.Std())
		o.CreatedAt, o.UpdatedAt, o.Rev = start+models.Time(i*300_000), start+models.Time(i*300_000), 1
		o.Buyer.Name, o.Buyer.Phone = fmt.Sprintf("Ana %d", i/2), fmt.Sprintf("+54 9 11 %08d", i)
		if o.State = models.OrderDone; i%100 == 0 {
			o.State = models.OrderPlaced
		}
		o.Normalize()
		batch.Add(o)
	}
	return batch
}

// BenchmarkOrders lists among 100,000 orders: the aim is 10 ms for any page.
func BenchmarkOrders(b *testing.B) {
	store, err := filemanagers.Open(b.Context(), b.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	if _, err := store.Load(b.Context(), manyOrders(100_000)); err != nil {
		b.Fatal(err)
	}
	s := shop.New(store, shop.Options{})
	began := time.Now()
	if _, err := s.NewestOrder(b.Context(), shop.Machine); err != nil {
		b.Fatal(err)
	}
	b.Logf("the index was read in %v", time.Since(began))
	for name, q := range map[string]shop.OrderQuery{
		"newest": {Limit: 25}, "page 3000": {Limit: 25, Page: 3000}, "to do": {Group: shop.OrdersToDo, Limit: 25, Page: 20},
		"name": {Text: "ana 49999", Limit: 25}, "phone": {Text: "54911000777", Limit: 25}, "number": {Text: "77", Limit: 25},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Orders(b.Context(), shop.Machine, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("work", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Work(b.Context(), shop.Machine, 5, models.TimeOf(time.Now())); err != nil {
				b.Fatal(err)
			}
		}
	})
}
