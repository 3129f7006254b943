package filemanagers

import (
	"context"
	"fmt"
	"os"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Report says what a check counted and found.
type Report struct {
	Products, Carts, Messages int
	First                     int64        // the oldest change that the feed holds
	Head                      dao.Position // the newest one
	Notes                     []string     // what is worth knowing, but no damage
	Problems                  []string     // values that break a rule
}

// Check reads a whole store, beside a process that has it open, too, and verifies every checksum, rule and reference. It changes
// nothing. Files that are not what was written are [Damage].
func Check(ctx context.Context, dir string) (Report, error) {
	if _, err := os.Stat(dir); err != nil {
		return Report{}, fmt.Errorf("check store: %w", err)
	}
	c, err := loadBeside(ctx, directory(dir))
	if err != nil {
		return Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	defer c.close()
	r := &Report{Products: len(c.products), Carts: len(c.carts), First: c.meta.Offset + 1}
	r.Head = dao.Position{Epoch: c.meta.Epoch, Offset: c.meta.Offset}
	if n := len(c.segments); n > 0 {
		r.First, r.Head.Offset = c.segments[0].first, c.segments[n-1].last()
	}
	r.explain(c)
	r.checkProducts(c.products)
	r.checkCarts(c.carts, c.products)
	if err := r.checkMessages(ctx, c); err != nil {
		return Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	return *r, nil
}

func (r *Report) explain(c *contents) {
	if c.isNew {
		r.note("there is no %s: the files will be taken in when the shop is started", metaFile)
	}
	for _, name := range c.edited {
		r.note("%s was edited by hand; it will be taken in, with a new epoch, when the shop is started", name)
	}
	if c.tail != nil {
		r.note("%s", c.tail)
	}
	if c.unfolded > 0 {
		r.note("%d changes stand only in the journal: the shop is open, or was not stopped cleanly", c.unfolded)
	}
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

func (r *Report) checkProducts(products []*models.Product) {
	owners := map[string]models.ID{}
	for _, p := range products {
		if err := p.Check(); err != nil {
			r.problem("product %s: %v", p.ID, err)
		}
		if owner, twice := owners[p.Code]; twice {
			r.problem("product %s: code %q is that of product %s", p.ID, p.Code, owner)
		}
		owners[p.Code] = p.ID
	}
}

func (r *Report) checkCarts(carts []*models.Cart, products []*models.Product) {
	known := make(map[models.ID]bool, len(products))
	for _, p := range products {
		known[p.ID] = true
	}
	for _, c := range carts {
		if err := c.Check(); err != nil {
			r.problem("cart %s: %v", c.ID, err)
		}
		for _, item := range c.Products {
			if !known[item.Product] {
				r.note("cart %s names product %s, which is gone", c.ID, item.Product)
			}
		}
	}
}

func (r *Report) checkMessages(ctx context.Context, c *contents) error {
	if c.log == nil { // new or edited: they were checked when they were read
		r.Messages = len(c.edits)
		return nil
	}
	e := newEngine(c, Options{}.withDefaults(""))
	r.Messages = len(c.log.ids)
	for i := 0; i < r.Messages; i += dumpSize {
		list, err := e.messages.read(i, min(i+dumpSize, r.Messages))
		if err != nil {
			return err
		}
		for _, m := range list {
			if err := m.Check(); err != nil {
				r.problem("message %s: %v", m.ID, err)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
