package filemanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"

	"pulperia/dao"
	"pulperia/dao/models"
)

// checking is a report in the making.
type checking struct{ dao.Report }

// Check reads a whole store, beside a process that has it open, too, and verifies every checksum,
// rule and reference. It changes nothing. Files that are not what was written are [Damage].
func Check(ctx context.Context, dir string, o Options) (dao.Report, error) {
	found, c, err := loadBeside(ctx, directory(dir), o.Accept)
	if err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	defer c.close()
	r := &checking{dao.Report{Products: len(c.products), Carts: len(c.carts), First: found.meta.Offset + 1}}
	r.Head = dao.Position{Epoch: found.meta.Epoch, Offset: found.meta.Offset}
	if n := len(found.segments); n > 0 {
		r.First, r.Head.Offset = found.segments[0].first, found.segments[n-1].last()
	}
	r.explain(found)
	r.checkProducts(c.products)
	r.checkCarts(c.carts, c.products)
	if err := r.checkMessages(ctx, c); err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	if err := wantOpens(directory(dir)); err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: nothing of it is damaged, but no shop can open it: %w", dir, err)
	}
	return r.Report, nil
}

// wantOpens returns an error where a start, which writes, would get one: what Check passes, opens.
func wantOpens(d directory) error {
	if err := mayWrite(string(d)); err != nil {
		return &fs.PathError{Op: "write into", Path: string(d), Err: err}
	}
	names, err := d.List()
	for _, name := range names {
		_, isJournal := segmentFirst(name)
		if !isJournal && !slices.Contains([]string{lockFile, messagesFile, metaFile}, name) {
			continue // a new file takes the place of the old one
		}
		f, openErr := d.Open(name)
		switch {
		case openErr == nil:
			openErr = f.Close()
		case errors.Is(openErr, fs.ErrNotExist): // beside a shop
			openErr = nil
		case name == metaFile && !errors.Is(openErr, syscall.EPERM): // it is replaced, too, unless it is unchangeable
			openErr = nil
		}
		err = cmp.Or(err, openErr)
	}
	return err
}

func (r *checking) explain(c *contents) {
	if c.isNew {
		r.Note("there is no %s: the files will be taken in when the shop is started", metaFile)
	} else if len(c.sums) > 0 {
		r.Note("%s: edited by hand; it will be taken in, with a new epoch, when the shop is started", c.edits())
	}
	if c.tail != nil {
		r.Note("%s", c.tail)
	}
	if c.unfolded > 0 {
		r.Note("%d changes stand only in the journal: the shop is open, or was not stopped cleanly", c.unfolded)
	}
}

// rules notes what of a value breaks a rule. It is no damage: an older program, whose rules were
// others, has stored it.
func (r *checking) rules(kind string, id models.ID, wrong error) {
	if wrong != nil {
		r.Note("%s %s: %v: shown as it is; an import would refuse it", kind, id, wrong)
	}
}

func (r *checking) checkProducts(products []*models.Product) {
	owners := map[string]models.ID{}
	for _, p := range products {
		r.rules("product", p.ID, p.Check())
		if owner, twice := owners[p.Code]; twice {
			r.Problem("product %s: code %q is that of product %s", p.ID, p.Code, owner)
		}
		owners[p.Code] = p.ID
	}
}

func (r *checking) checkCarts(carts []*models.Cart, products []*models.Product) {
	known := make(map[models.ID]bool, len(products))
	for _, p := range products {
		known[p.ID] = true
	}
	for _, c := range carts {
		r.rules("cart", c.ID, c.Check())
		for _, item := range c.Products {
			if !known[item.Product] {
				r.Note("cart %s names product %s, which is gone", c.ID, item.Product)
			}
		}
	}
}

func (r *checking) checkMessages(ctx context.Context, c *contents) error {
	e := newEngine(c, Options{}.withDefaults(""))
	r.Messages = len(c.log.ids)
	for i := 0; i < r.Messages; i += dumpSize {
		list, err := e.messages.read(i, min(i+dumpSize, r.Messages))
		if err != nil {
			return err
		}
		for _, m := range list {
			r.rules("message", m.ID, m.Check())
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
