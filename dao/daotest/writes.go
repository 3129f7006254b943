package daotest

import (
	"context"
	"errors"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func writeTests() []test {
	return []test{
		{"the receipt names the write in the feed", writeReceipt},
		{"a context that is done before means nothing is written", writeDone},
		{"a cancelled write is done, not done or unknown, and says so", writeCancelled},
	}
}

// prepared is a shop with one product and one cart, for the rules that hold for every write.
type prepared struct {
	shop
	product models.Product
	cart    models.Cart
}

func prepare(t *testing.T, h Harness) prepared {
	s := open(t, h)
	return prepared{shop: s, product: s.create(product("a")), cart: s.newCart()}
}

// write is one kind of write. Expire, which alone has no receipt, stands in carts.go.
type write struct {
	name   string
	change dao.Change // what it brings to the feed: kind, op and revision
	do     func(context.Context) (dao.Receipt, error)
}

// everyWrite lists each write that there is; they can be done once, in this order.
func (s prepared) everyWrite() []write {
	var list []write
	for _, k := range others() {
		add := func(name string, op dao.Op, rev int64, do func(face) (models.Value, dao.Receipt, error)) {
			list = append(list, write{name + " " + string(k.Kind), dao.Change{Kind: k.Kind, Op: op, Rev: rev}, func(ctx context.Context) (dao.Receipt, error) {
				_, receipt, err := do(s.faceWith(ctx, k))
				return receipt, err
			}})
		}
		add("create", dao.OpPut, 1, func(f face) (models.Value, dao.Receipt, error) { return f.create(example(k, 1, id(70))) })
		add("update", dao.OpPut, 2, func(f face) (models.Value, dao.Receipt, error) { return f.update(id(70), becomes(k.Example(2))) })
		add("delete", dao.OpDelete, 3, func(f face) (models.Value, dao.Receipt, error) { return f.delete(id(70)) })
	}
	return append(list, []write{
		{"create product", dao.Change{Kind: dao.KindProduct, Op: dao.OpPut, Rev: 1}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Products.Create(ctx, product("b"))
			return receipt, err
		}},
		{"update product", dao.Change{Kind: dao.KindProduct, Op: dao.OpPut, Rev: 2}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Products.Update(ctx, s.product.ID, func(p *models.Product) error { p.Stock++; return nil })
			return receipt, err
		}},
		{"delete product", dao.Change{Kind: dao.KindProduct, Op: dao.OpDelete, Rev: 3}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Products.Delete(ctx, s.product.ID)
			return receipt, err
		}},
		{"create cart", dao.Change{Kind: dao.KindCart, Op: dao.OpPut, Rev: 1}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Carts.Create(ctx, models.Cart{})
			return receipt, err
		}},
		{"update cart", dao.Change{Kind: dao.KindCart, Op: dao.OpPut, Rev: 2}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Carts.Update(ctx, s.cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(9)}, 1); return nil })
			return receipt, err
		}},
		{"delete cart", dao.Change{Kind: dao.KindCart, Op: dao.OpDelete, Rev: 3}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Carts.Delete(ctx, s.cart.ID)
			return receipt, err
		}},
		{"append message", dao.Change{Kind: dao.KindMessage, Op: dao.OpPut, Rev: 1}, func(ctx context.Context) (dao.Receipt, error) {
			_, receipt, err := s.Messages.Append(ctx, message("hola"))
			return receipt, err
		}},
		{"load", dao.Change{Kind: dao.KindMessage, Op: dao.OpPut, Rev: 1}, func(ctx context.Context) (dao.Receipt, error) {
			return s.Load(ctx, dao.Batch{Messages: []models.Message{message("uno"), message("dos")}})
		}},
	}...)
}

// Whoever wrote goes on from the write's own position: to see it is to have seen all that came
// before it.
func writeReceipt(t *testing.T, h Harness) {
	s := prepare(t, h)
	for _, write := range s.everyWrite() {
		receipt, err := write.do(s.ctx)
		s.ok(write.name, err)
		s.equal(write.name+": receipt", receipt, dao.Receipt{Position: s.head()})
		before := dao.Position{Epoch: receipt.Position.Epoch, Offset: receipt.Position.Offset - 1}
		changes, err := s.Feed.Since(s.ctx, before, 1)
		s.ok("since", err)
		s.equal("changes", len(changes), 1)
		got := dao.Change{Kind: changes[0].Kind, Op: changes[0].Op, Rev: changes[0].Rev}
		s.equal(write.name+": change", got, write.change)
	}
}

func writeDone(t *testing.T, h Harness) {
	s := prepare(t, h)
	done, cancel := context.WithCancel(s.ctx)
	cancel()
	was, head := s.dump()
	for _, write := range s.everyWrite() {
		if _, err := write.do(done); err == nil || errors.Is(err, dao.ErrUnknown) {
			t.Errorf("%s with a context that is done: got error %v, want one that means not done", write.name, err)
		}
		s.still(head)
	}
	if n, err := s.Carts.Expire(done, models.Time(1<<50)); err == nil || n != 0 {
		t.Errorf("expire with a context that is done: %d, %v, want an error and nothing deleted", n, err)
	}
	is, _ := s.dump()
	s.equal("stored", is, was)
}

// A cancel comes at any moment. Whatever the answer then is, it must be true.
func writeCancelled(t *testing.T, h Harness) {
	s := prepare(t, h)
	const n = 200
	errs := make([]error, n)
	atOnce(n, func(i int) {
		ctx, cancel := context.WithCancel(s.ctx)
		go cancel()
		m := message("hola")
		m.ID = id(i)
		_, _, errs[i] = s.Messages.Append(ctx, m)
	})
	s.say("the last, behind all of them")
	stored := make(map[models.ID]bool)
	for _, m := range s.page(models.ID{}, 2*n) {
		stored[m.ID] = true
	}
	for i, err := range errs {
		if unknown := errors.Is(err, dao.ErrUnknown); !unknown && stored[id(i)] != (err == nil) {
			t.Errorf("append answered %v, and stored is %v", err, stored[id(i)])
		}
	}
}
