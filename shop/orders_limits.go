package shop

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao"
	"pulperia/dao/models"
)

// maxOpenOrders is how many orders one visit, telephone or e-mail address can have open and unpaid.
const maxOpenOrders = 3

// TooManyOpen refuses who has as many unpaid orders as one can.
type TooManyOpen struct {
	Most       int
	RetryAfter time.Duration // until the first of them ends by itself
}

// Error says how many.
func (t TooManyOpen) Error() string {
	return fmt.Sprintf("there are %d unpaid orders already", t.Most)
}

// orderPace counts the orders of the last hour: of a network, and of a visit, which has a quarter.
// They are those of this process since it was started.
type orderPace struct {
	most    int // of a network; 0 for any number
	refused prometheus.Counter

	mu    sync.Mutex
	made  map[string][]time.Time // oldest first
	swept time.Time
}

func newOrderPace(perHour int, metrics prometheus.Registerer) *orderPace {
	p := &orderPace{
		most: perHour, refused: prometheus.NewCounter(limitedOpts("orders")), made: map[string][]time.Time{},
	}
	most := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pulperia_orders_per_hour", Help: "How many orders one network may place in an hour. 0 means any number.",
	})
	most.Set(float64(perHour))
	if metrics != nil {
		metrics.MustRegister(p.refused, most)
	}
	return p
}

// take counts an order before it is placed, or refuses it. undo is for one that was not.
func (p *orderPace) take(from Sender) (undo func(), err error) {
	if p.most == 0 || from.Who.SignedIn() {
		return func() {}, nil
	}
	limits := map[string]int{from.Network.String(): p.most}
	if from.Who.IsVisit() {
		limits[from.Who.By] = max(1, p.most/4)
	}
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	var wait time.Duration
	for of, most := range limits {
		if made := p.recent(of, now); len(made) >= most {
			wait = max(wait, made[len(made)-most].Add(time.Hour).Sub(now))
		}
	}
	if wait > 0 {
		p.refused.Inc()
		return nil, TooFast{"orders", wait}
	}
	for of := range limits {
		p.made[of] = append(p.made[of], now)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for of := range limits {
			if i := slices.Index(p.made[of], now); i >= 0 {
				p.made[of] = slices.Delete(p.made[of], i, i+1)
			}
		}
	}, nil
}

// recent drops what no longer counts.
func (p *orderPace) recent(of string, now time.Time) []time.Time {
	made := slices.DeleteFunc(p.made[of], func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	if p.made[of] = made; len(made) == 0 {
		delete(p.made, of)
	}
	return made
}

// sweep forgets, once in a while, who orders no longer, and everybody where there are too many to
// remember.
func (p *orderPace) sweep(now time.Time) {
	if len(p.made) >= maxKeys {
		clear(p.made)
	}
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	for of := range p.made {
		p.recent(of, now)
	}
}

// openIDs names those about whom the limit of open orders is: a visit, a telephone, an address.
func (sign signer) openIDs(o models.Order, from Sender) (ids []models.ID) {
	add := func(kind, text string) {
		if text != "" {
			ids = append(ids, models.ID(sign("open orders of a "+kind, text)[:12]))
		}
	}
	if from.Who.IsVisit() {
		add("visit", from.Who.By)
	}
	add("phone", o.Buyer.PhoneKey())
	add("address", o.Buyer.Email)
	return ids
}

// countOpen refuses an order of who has too many unpaid ones, and notes it as one of his.
func (p placing) countOpen(tx dao.Tx, order models.ID) error {
	if p.most == 0 {
		return nil
	}
	all := dao.Open.Within(tx)
	dao.Ask(tx, dao.Open.Schema, p.open...)
	for _, id := range p.open {
		known, err := all.Get(id)
		there := err == nil
		if notMissing(err) != nil {
			return err
		}
		open, ends, err := stillOpen(tx, known.Orders)
		if err != nil {
			return err
		}
		if len(open) >= p.most {
			return TooManyOpen{p.most, max(time.Minute, ends.Std().Sub(tx.Now().Std()))}
		}
		open = append(open, order)
		if there {
			_, err = all.Update(id, func(o *models.OpenOrders) error { o.Orders = open; return nil })
		} else {
			_, err = all.Create(models.OpenOrders{Head: models.Head{ID: id}, Orders: open})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stillOpen returns which of some orders are open and no money has come for, whatever their buyers
// say of it, and when the first of them ends by itself.
func stillOpen(tx dao.Tx, ids []models.ID) (open []models.ID, ends models.Time, err error) {
	dao.Ask(tx, dao.Order.Schema, ids...)
	for _, id := range ids {
		o, err := dao.Order.Within(tx).Get(id)
		if notMissing(err) != nil {
			return nil, 0, err
		}
		if paid, _ := o.Sums(); err != nil || !o.State.Holds() || paid > 0 {
			continue
		}
		open = append(open, id)
		if o.EndsByItself() && (ends == 0 || o.Until < ends) {
			ends = o.Until
		}
	}
	return open, ends, nil
}
