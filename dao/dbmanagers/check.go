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
	owners map[ofKind]models.ID
	known  map[valueKey]bool
	refs   []reference
	revs   map[valueKey]dao.Change // the last change of each value that the feed holds
}

// reference is what a document names.
type reference struct {
	in string
	of valueKey
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
		engine: store.Engine.(*engine), owners: make(map[ofKind]models.ID), known: make(map[valueKey]bool), revs: make(map[valueKey]dao.Change),
	}
	base, head := r.feed.bounds()
	r.Counts = dao.Counts{}
	r.First, r.Head = base+1, r.feed.position(head)
	if _, err := r.feed.readMeta(ctx); errors.Is(err, mongo.ErrNoDocuments) {
		r.Head.Epoch = "" // the one at hand is made up: the first shop that opens the database begins one
	}
	for _, part := range []func(context.Context) error{r.checkFeed, r.checkValues, r.checkMissing} {
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

// checkValues checks all documents, kind by kind.
func (r *checking) checkValues(ctx context.Context) error {
	for _, c := range r.collections {
		if err := r.checkKind(ctx, c); err != nil {
			return err
		}
	}
	for _, ref := range r.refs {
		if !r.known[ref.of] {
			r.Note("%s names %s %s, which is gone", ref.in, ref.of.kind, ref.of.id)
		}
	}
	return nil
}

func (r *checking) checkKind(ctx context.Context, c *collection) error {
	return c.each(ctx, bson.M{}, options.Find().SetBatchSize(pageSize), func(rec record) error {
		switch last, told := r.revs[valueKey{c.Kind, rec.id}]; {
		case rec.stamp == loading:
			r.Note("%s %s belongs to a load that is not committed", c.Kind, rec.id)
			return nil
		case c.foreign(rec):
			r.Note("%s %s is of another program, and no %s of this shop: it stays as it is", c.coll.Name(), show(rec.key), c.Kind)
			return nil
		case !rec.ours:
			r.Note("%s %s is of another program and not taken in yet: the shop does so", c.Kind, rec.id)
		case rec.stamp == 0:
			r.Note("the last change of %s %s is not announced yet: the shop does so", c.Kind, rec.id)
		case rec.stamp > r.Head.Offset && rec.stamp > r.head():
			r.Problem("%s %s bears the change %d, which the feed does not have", c.Kind, rec.id, rec.stamp)
		case told && last.Rev > rec.rev:
			r.Note("%s %s is at revision %d, and the feed tells of revision %d: another program has put an old one back; the shop tells of that",
				c.Kind, rec.id, rec.rev, last.Rev)
		}
		delete(r.revs, valueKey{c.Kind, rec.id})
		if rec.gone {
			return nil
		}
		for _, sentence := range c.dirt(rec.raw) {
			r.Note("%s %s: %s", c.Kind, show(rec.key), sentence)
		}
		for _, field := range c.unknownFields(c.Schema, rec.raw) {
			r.Note("%s %s: %s is unknown here: it stays as it is", c.Kind, show(rec.key), field)
		}
		r.visit(c, rec)
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

// visit counts a value, and notes whose its unique texts are and what it names.
func (r *checking) visit(c *collection, rec record) {
	r.Counts[c.Kind]++
	if c.History {
		return
	}
	v := c.value(rec)
	r.known[valueKey{c.Kind, rec.id}] = true
	for _, t := range c.texts(v, nil) {
		if owner, twice := r.owners[ofKind{c.Kind, t}]; twice {
			r.Note("%s %s has the %s %q of %s %s, too: a new one cannot get it", c.Kind, show(rec.key), c.Unique[t.unique].Field, t.is, c.Kind, owner)
		}
		r.owners[ofKind{c.Kind, t}] = rec.id
	}
	if c.Refs == nil {
		return
	}
	for _, ref := range c.Refs(v) {
		r.refs = append(r.refs, reference{fmt.Sprintf("%s %s", c.Kind, show(rec.key)), valueKey{ref.Kind, *ref.ID}})
	}
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
