package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// checking is a report in the making.
type checking struct {
	dao.Report
	*engine
	codes    map[string]models.ID
	products map[models.ID]bool
	revs     map[valueKey]dao.Change // the last change of each value that the feed holds
}

// Check reads a whole store, beside the shops that have it open, too. It changes nothing. What
// other programs wrote in a form that is not ours is a note that says what it is shown as; damage
// is what the feed must not hold, and what does not fit it.
func Check(ctx context.Context, url string, o Options) (report dao.Report, err error) {
	store, err := OpenReadOnly(ctx, url, o)
	if err != nil {
		return dao.Report{}, err
	}
	defer store.Close()
	r := &checking{
		engine: store.Engine.(*engine), codes: make(map[string]models.ID), products: make(map[models.ID]bool), revs: make(map[valueKey]dao.Change),
	}
	base, head := r.feed.bounds()
	r.First, r.Head = base+1, r.feed.position(head)
	if _, err := r.feed.readMeta(ctx); errors.Is(err, mongo.ErrNoDocuments) {
		r.Head.Epoch = "" // the one at hand is made up: the first shop that opens the database begins one
	}
	for _, part := range []func(context.Context) error{r.checkFeed, r.checkProducts, r.checkCarts, r.checkMessages, r.checkMissing} {
		if err := part(ctx); err != nil {
			return dao.Report{}, fmt.Errorf("check store %s: %w", Redact(url), err)
		}
	}
	return r.Report, nil
}

// checkFeed wants offsets without a gap, revisions that grow, and documents that can be read.
func (r *checking) checkFeed(ctx context.Context) error {
	base, head := r.feed.bounds()
	for at := base; at < head; {
		changes, err := r.feed.read(ctx, at, int(min(pageSize, head-at)))
		if err != nil {
			return r.readError(ctx, "read the feed", err)
		}
		if len(changes) == 0 {
			r.Problem("the feed has no change %d, and its head is %d", at+1, head)
			return nil
		}
		for _, change := range changes {
			at = change.Offset
			name := valueKey{change.Kind, change.ID}
			if before := r.revs[name]; before.Rev >= change.Rev {
				r.Problem("change %d: %s %s is at revision %d, after revision %d in change %d", at, change.Kind, change.ID, change.Rev, before.Rev, before.Offset)
			}
			if change.Op == dao.OpPut && !json.Valid(change.Doc) {
				r.Problem("change %d: its document is no JSON", at)
			}
			change.Doc = nil
			r.revs[name] = change
		}
	}
	return nil
}

// each checks what documents of all kinds have in common, and hands them on.
func (r *checking) each(ctx context.Context, c *collection, dirt func(bson.Raw) []string, visit func(record)) error {
	return c.each(ctx, bson.M{}, options.Find().SetBatchSize(pageSize), func(rec record) error {
		switch last, told := r.revs[valueKey{c.kind, rec.id}]; {
		case rec.stamp == loading:
			r.Note("%s %s belongs to a load that is not committed", c.kind, rec.id)
			return nil
		case !rec.ours:
			r.Note("%s %s is of another program and not taken in yet: the shop does so", c.kind, rec.id)
		case rec.stamp == 0:
			r.Note("the last change of %s %s is not announced yet: the shop does so", c.kind, rec.id)
		case rec.stamp > r.Head.Offset && rec.stamp > r.head():
			r.Problem("%s %s bears the change %d, which the feed does not have", c.kind, rec.id, rec.stamp)
		case told && last.Rev > rec.rev:
			r.Note("%s %s is at revision %d, and the feed tells of revision %d: another program has put an old one back; the shop tells of that",
				c.kind, rec.id, rec.rev, last.Rev)
		}
		delete(r.revs, valueKey{c.kind, rec.id})
		if rec.gone {
			return nil
		}
		for _, sentence := range dirt(rec.raw) {
			r.Note("%s %s: %s", c.kind, show(rec.key), sentence)
		}
		for _, field := range unknownFields(c.kind, rec.raw) {
			r.Note("%s %s: %s is unknown here: it stays as it is", c.kind, show(rec.key), field)
		}
		visit(rec)
		return nil
	})
}

// head is where the feed is by now: the shop goes on while it is checked.
func (r *checking) head() int64 {
	if r.feed.catchUp(context.Background()) != nil {
		return 0
	}
	_, head := r.feed.bounds()
	return head
}

func (r *checking) checkProducts(ctx context.Context) error {
	return r.each(ctx, r.engine.products, productDirt, func(rec record) {
		r.Products++
		r.products[rec.id] = true
		code := readProduct(rec.raw).Code
		if owner, twice := r.codes[code]; twice && code != "" {
			r.Note("product %s has the code %q of product %s, too: a new one cannot get it", show(rec.key), code, owner)
		}
		r.codes[code] = rec.id
	})
}

func (r *checking) checkCarts(ctx context.Context) error {
	return r.each(ctx, r.carts, cartDirt, func(rec record) {
		r.Carts++
		for _, item := range readCart(rec.raw).Products {
			if !r.products[item.Product] {
				r.Note("cart %s names product %s, which is gone", show(rec.key), item.Product)
			}
		}
	})
}

func (r *checking) checkMessages(ctx context.Context) error {
	return r.each(ctx, r.messages, messageDirt, func(record) { r.Messages++ })
}

// checkMissing notes what the feed tells of and no document is left of, unless it has been deleted
// just now.
func (r *checking) checkMissing(ctx context.Context) error {
	for name, last := range r.revs {
		if last.Op == dao.OpDelete {
			continue
		}
		now, err := r.feed.lastRev(ctx, name.kind, name.id)
		if err != nil {
			return err
		}
		if now == last.Rev {
			r.Note("%s %s is gone: another program has deleted it; the shop tells of that", name.kind, name.id)
		}
	}
	return nil
}
