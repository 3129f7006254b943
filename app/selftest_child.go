package app

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
)

// writersOfKind is how many writers of each kind a killed process has.
const writersOfKind = 2

// writer makes its n-th write, n counting from 1. Everything that it ever stores can be told from
// n, so that whoever knows the last n that was acknowledged knows what must be there.
type writer struct {
	kind  string
	write func(ctx context.Context, s dao.Store, name string, n int) error
}

// name is that of the i-th writer of its kind in a round.
func (w writer) name(round, i int) string { return fmt.Sprintf("%s-%d-%d", w.kind, round, i) }

var writers = []writer{
	{"message", func(ctx context.Context, s dao.Store, name string, n int) error {
		_, _, err := s.Messages.Append(ctx, models.Message{User: "selftest@example.com", Message: fmt.Sprint(name, " ", n)})
		return err
	}},
	{"product", func(ctx context.Context, s dao.Store, name string, n int) error {
		if n == 1 {
			_, _, err := s.Products.Create(ctx, numbered(name, n))
			return err
		}
		_, _, err := s.Products.Update(ctx, nameID(name), func(p *models.Product) error {
			p.Title, p.Stock = numbered(name, n).Title, int64(n) // two fields, which nobody may find apart
			return nil
		})
		return err
	}},
	{"cart", func(ctx context.Context, s dao.Store, name string, n int) error {
		items := []models.Item{{Product: nameID("of a cart"), Quantity: int64(n)}}
		if n == 1 {
			_, _, err := s.Carts.Create(ctx, models.Cart{ID: nameID(name), Products: items})
			return err
		}
		_, _, err := s.Carts.Update(ctx, nameID(name), func(c *models.Cart) error { c.Products = items; return nil })
		return err
	}},
	{"swap", func(ctx context.Context, s dao.Store, name string, n int) error {
		p := numbered(fmt.Sprint(name, " ", n), n)
		_, _, err := s.Products.Create(ctx, p)
		if err == nil && n > 1 {
			_, _, err = s.Products.Delete(ctx, nameID(fmt.Sprint(name, " ", n-1)))
		}
		return err
	}},
}

// allWriters are the writers, with one for each kind that not every shop has: its n-th write makes the
// n-th revision.
func allWriters() []writer {
	all := slices.Clone(writers)
	for _, k := range dao.Kinds() {
		if k.Always || k.History {
			continue
		}
		all = append(all, writer{string(k.Kind), func(ctx context.Context, s dao.Store, name string, n int) error {
			id := nameID(name)
			v := k.Example(int(binary.BigEndian.Uint32(id[:]))<<20 + n) // nobody else's, and below 2⁵³
			v.SetHead(models.Head{ID: id})
			err := putBytes(ctx, s, v, fmt.Append(nil, name, " ", n))
			if err != nil {
				return err
			}
			_, err = s.Update(ctx, func(tx dao.Tx) error { return tx.Put(k, k.Clone(v)) })
			return err
		}})
	}
	return all
}

// putBytes has a picture be one of some bytes, which are stored first.
func putBytes(ctx context.Context, s dao.Store, v models.Value, bytes []byte) error {
	picture, is := v.(*models.Image)
	if !is {
		return nil
	}
	hash, err := s.Images.Put(ctx, bytes)
	picture.Renditions[0].SHA256, picture.Renditions[0].Bytes = hash, int64(len(bytes))
	return err
}

// beKilled writes as much as it can and reports each write when it is acknowledged, until it is
// killed or its parent is gone.
func (c *selftestCommand) beKilled(ctx context.Context, g *globals, streams Streams) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		io.Copy(io.Discard, streams.In)
		cancel(errors.New("whoever started this is gone"))
	}()
	store, err := g.openStore(ctx, g.Store, storeOptions{keep: wholeFeed, log: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	fmt.Fprintln(streams.Out, "open")
	var running sync.WaitGroup
	for _, w := range allWriters() {
		for i := range writersOfKind {
			running.Go(func() {
				name := w.name(c.Child, i)
				for n := 1; ctx.Err() == nil; n++ {
					if err := w.write(ctx, store, name, n); err != nil {
						cancel(fmt.Errorf("%s %d: %w", name, n, err))
						return
					}
					fmt.Fprintln(streams.Out, name, n) // one short write to a pipe: what is in it outlives the process
				}
			})
		}
	}
	running.Wait()
	return context.Cause(ctx)
}

// numbered is a product that says twice which one it is.
func numbered(name string, n int) models.Product {
	return models.Product{ID: nameID(name), Title: fmt.Sprint("number ", n), Description: "of the self-test", Code: name, Status: true, Stock: int64(n), Category: "selftest"}
}
