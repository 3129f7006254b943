package shop_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
	"pulperia/dose"
	"pulperia/shop"
)

// scene is what acts in the middle of one another meet: a product, of whose four pieces one is held by
// an open order whose time is over and one was sold, and two carts with two each, the rest for both.
type scene struct {
	t        *testing.T
	product  models.Product
	carts    [2]models.ID
	orders   [3]models.ID // that each cart becomes, and that an import brings
	waiting  shop.Placed
	finished models.Order
}

func newScene(t *testing.T, s *shop.Shop, store dao.Store) *scene {
	t.Helper()
	sells(t, s)
	if _, err := s.ExpireOrders(t.Context()); err != nil { // those that the scenes before have left
		t.Fatal(err)
	}
	x := &scene{t: t, product: stocked(t, s, models.NewID(time.Now()).String(), 4)}
	sold, _, err := s.PurchaseCart(t.Context(), shop.Sender{Who: shop.Machine}, cartOf(t, s, of(x.product.ID, 1)))
	if err != nil {
		t.Fatal(err)
	}
	x.finished = sold.Order
	asked := buyer(cartOf(t, s, of(x.product.ID, 1)))
	asked.Payment.Way, asked.Buyer.Phone = models.PayTransfer, fmt.Sprintf("+54 %d", 1_000_000_000+sold.Order.Number)
	x.waiting = placed(t, s, asked)
	_, _, err = dao.Order.In(store.Values).Update(t.Context(), x.waiting.Order.ID, func(o *models.Order) error {
		o.Until, o.Network = 1, "" // it is all of its telephone number alone
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range x.carts {
		x.carts[i] = cartOf(t, s, of(x.product.ID, 2))
	}
	for i := range x.orders {
		x.orders[i] = models.NewID(time.Now())
	}
	return x
}

// outcome is all that has become of a scene, and of the acts, in words.
func (x *scene) outcome(store dao.Store, errs map[string]error) (said string) {
	x.t.Helper()
	lookAt(x.t, store)
	_, err := store.Update(x.t.Context(), func(tx dao.Tx) error { // all of it as of one moment
		said = x.told(tx)
		return nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return said + "one: " + kindOf(errs["one"]) + "\nother: " + kindOf(errs["other"]) + "\n"
}

func (x *scene) told(tx dao.Tx) string {
	var b strings.Builder
	p, err := dao.Product.Within(tx).Get(x.product.ID)
	fmt.Fprintf(&b, "product %s: %s, %v, %d and %d, %d variants\n", kindOf(err), p.Price, p.Status, p.Stock, p.Held, len(p.Variants))
	for _, id := range x.carts {
		cart, err := dao.Cart.Within(tx).Get(id)
		fmt.Fprintf(&b, "cart %s: %d\n", kindOf(err), len(cart.Products))
	}
	for _, id := range append([]models.ID{x.waiting.Order.ID, x.finished.ID}, x.orders[:]...) {
		o, err := dao.Order.Within(tx).Get(id)
		paid, back := o.Sums()
		fmt.Fprintf(&b, "order %s: %s, %s, %s of %s, %s back, %d facts, %d links, %d events", kindOf(err), o.State, o.PaymentState(),
			paid, o.Totals.Total, back, len(o.Ledger), o.Links, len(o.History))
		for _, line := range o.Lines {
			fmt.Fprintf(&b, ", %d pieces, %d back, %d sold again", line.Quantity, line.Refunded, line.Restocked)
		}
		b.WriteByte('\n')
	}
	settings, err := dao.Settings.Within(tx).Get(models.TheOne)
	fmt.Fprintf(&b, "settings %s: %d, %d\n", kindOf(err), len(settings.Payments), len(settings.Deliveries))
	return b.String()
}

// kindOf is what an error comes to, without ids.
func kindOf(err error) string {
	if changed, is := errors.AsType[shop.OrderChanged](err); is {
		reasons := []string{"changed"}
		for _, line := range changed.Lines {
			reasons = append(reasons, string(line.Reason))
		}
		return strings.Join(reasons, " ")
	}
	taken, conflict := errors.AsType[dao.Conflict](err)
	_, missing := errors.AsType[shop.Missing](err)
	switch {
	case err == nil:
		return "done"
	case conflict:
		return "conflict of " + taken.Field
	case errors.Is(err, dao.ErrNotFound) && !missing:
		return "not there"
	}
	return refused(err)
}

// pairs are two shops over one store, of two processes where the engine has them.
type pairs struct {
	t     *testing.T
	one   *shop.Shop
	cut   *cut
	other *shop.Shop
	store dao.Store // of the first,
	far   dao.Store // and of the other
}

// inTurn is the outcome of two acts one after the other; names are theirs in what is told of them.
func (p *pairs) inTurn(first, second act, names [2]string) string {
	x, errs := newScene(p.t, p.one, p.store), map[string]error{}
	errs[names[0]] = first.do(x, p.one)
	errs[names[1]] = second.do(x, p.one)
	return x.outcome(p.store, errs)
}

// try does one act in the middle of another, at every step of that and at every place of a step: the
// outcome must be that of the two one after the other, in one order or the other.
func (p *pairs) try(one, other act, places []middle) (n int) {
	after := p.inTurn(one, other, [2]string{"one", "other"})
	before := p.inTurn(other, one, [2]string{"other", "one"})
	for _, at := range places {
		for nth := 1; ; nth++ {
			x, errs, reached := newScene(p.t, p.one, p.store), map[string]error{}, false
			p.cut.next(at, nth, func() {
				reached = true
				lookAt(p.t, p.far)
				errs["other"] = other.do(x, p.other)
			})
			errs["one"] = one.do(x, p.one)
			p.cut.next(at, 0, nil)
			if !reached {
				break
			}
			n++
			if got := x.outcome(p.store, errs); got != before && got != after {
				p.t.Errorf("%q %s %d of %q is neither before nor after it:\n%s\nbefore it:\n%s\nafter it:\n%s",
					other.name, at, nth, one.name, got, before, after)
			}
		}
	}
	return n
}

// couples are the pairs that are always tried, each both ways; all others are tried as the dose has it.
var couples = [][2]string{
	{"place", "place the other"}, {"place", "purchase"}, {"place", "edit stock"}, {"place", "edit price"}, {"place", "off sale"},
	{"place", "count"}, {"place", "delete"}, {"place", "import an order"}, {"place", "cancel"}, {"place", "expire"}, {"place", "place"},
	{"place", "no more cash"}, {"place", "another place"}, {"place", "refund"}, {"claim", "sweep"}, {"claim", "expire"}, {"paid", "expire"},
	{"paid", "cancel"}, {"paid", "cancel as its buyer"}, {"accept", "cancel as its buyer"}, {"cancel", "cancel as its buyer"},
	{"refund", "refund the same"}, {"refund", "refund again"}, {"delete", "cancel"}, {"link", "claim"},
}

// cases are the pairs to try: those that always are, and so many of all others.
func cases(more int) (list [][2]act) {
	named := func(name string) act {
		return acts[slices.IndexFunc(acts, func(a act) bool { return a.name == name })]
	}
	always := map[[2]string]bool{}
	for _, names := range couples {
		for _, names := range [][2]string{names, {names[1], names[0]}} {
			if !always[names] {
				always[names] = true
				list = append(list, [2]act{named(names[0]), named(names[1])})
			}
		}
	}
	var others [][2]act
	for _, one := range acts {
		for _, other := range acts {
			if !always[[2]string{one.name, other.name}] {
				others = append(others, [2]act{one, other})
			}
		}
	}
	rand.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(list, others[:min(more, len(others))]...)
}

var middlePairs = dose.Flag("middle", 0, 50, "pairs of acts, beside the named ones, that are done in the middle of one another")

// Whatever is done in the middle of an act on orders, by this process or another, the outcome is that
// of both one after the other, and stock, what is held, numbers and ledgers are right.
func TestOneActInAnother(t *testing.T) {
	t.Parallel()
	try := func(t *testing.T, list [][2]act, open func(t *testing.T) *pairs, places ...middle) {
		t.Parallel()
		for some := range slices.Chunk(list, (len(list)+shares-1)/shares) {
			t.Run(some[0][0].name, func(t *testing.T) {
				t.Parallel()
				p, n := open(t), 0
				for _, pair := range some {
					n += p.try(pair[0], pair[1], places)
				}
				consistent(t, p.one)
				t.Attr("meetings", fmt.Sprint(n))
			})
		}
	}
	t.Run("files", func(t *testing.T) {
		try(t, cases(middlePairs.Get()), func(t *testing.T) *pairs {
			_, bare := open(t, cheap)
			store, cut := cutStore(bare)
			s := shop.New(store, cheap)
			return &pairs{t, s, cut, s, bare, bare}
		}, beforeStep, afterStep)
	})
	t.Run("mongodb", func(t *testing.T) {
		dose.SkipSmall(t, "it needs a database")
		try(t, cases(middlePairs.Get()/5), func(t *testing.T) *pairs {
			url := mongotest.Emptied(t)
			bare := openDatabase(t, url)
			store, cut := cutStore(bare)
			far := openDatabase(t, url)
			return &pairs{t, shop.New(store, cheap), cut, shop.New(far, cheap), bare, far}
		}, beforeStep, withinStep, afterStep)
	})
}

// shares are the stores over which the pairs are spread: an act mostly waits for a disk or a database.
const shares = 8

// What is sold while it is counted what the orders of an import hold is counted, too.
func TestSettleMeanwhile(t *testing.T) {
	_, bare := open(t, cheap)
	store, cut := cutStore(bare)
	s := shop.New(store, cheap)
	x := newScene(t, s, bare)
	for nth := 1; nth <= 2; nth++ { // the counter is raised, and the product settled
		reached := false
		cut.next(beforeStep, 1+nth, func() { // after the load
			reached = true
			placed(t, s, buyer(x.carts[nth-1]))
		})
		if err := importOrder(x, s); err != nil || !reached {
			t.Fatal(reached, err)
		}
		consistent(t, s)
		x = newScene(t, s, bare)
	}
}
