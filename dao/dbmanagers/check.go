package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// checking is a report in the making.
type checking struct {
	dao.Report
	*engine
	owners map[ofText]models.ID
	known  map[valueKey]bool
	refs   []reference
	last   map[valueKey]*change // the last change of each value that the feed holds
	named  dao.Named
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
		engine: store.Engine.(*engine), owners: map[ofText]models.ID{}, known: map[valueKey]bool{}, last: map[valueKey]*change{},
		named: dao.Named{},
	}
	at := r.feed.tail.state()
	r.Counts = dao.Counts{}
	r.First, r.Head = at.base+1, r.feed.last()
	if _, err := r.readMeta(ctx); errors.Is(err, mongo.ErrNoDocuments) {
		r.Head.Epoch = "" // the one at hand is made up: the first shop that opens the database begins one
	}
	for _, part := range []func(context.Context) error{r.checkFeed, r.checkValues, r.checkMissing, r.checkImages} {
		if err := part(ctx); err != nil {
			return dao.Report{}, fmt.Errorf("check store %s: %w", Redact(url), err)
		}
	}
	return r.Report, nil
}

// checkFeed wants entries without a gap, revisions that grow, and documents that can be read.
func (r *checking) checkFeed(ctx context.Context) error {
	at, end := r.feed.tail.state().base, r.feed.tail.state().end
	for at < end {
		list, err := r.feed.read(ctx, at, pageSize)
		if err != nil {
			return r.readError(ctx, "read the feed", err)
		}
		if len(list) == 0 || list[0].First > at+1 {
			r.Problem("the feed has no change %d, and its head is %d", at+1, end)
			return nil
		}
		for _, e := range list {
			if e.First > at+1 {
				break // said when it is read from there
			}
			at = e.end()
			for _, c := range e.Changes {
				r.checkChange(c)
			}
		}
	}
	return nil
}

func (r *checking) checkChange(c *change) {
	name := valueKey{c.Kind, c.id()}
	if before := r.last[name]; before != nil && before.Rev >= c.Rev {
		r.Problem("change %d: %s %s is at revision %d, after revision %d in change %d", c.offset, c.Kind, c.id(), c.Rev, before.Rev, before.offset)
	}
	if !c.Op.removes() && !json.Valid([]byte(c.Doc)) {
		r.Problem("change %d: its document is no JSON", c.offset)
	}
	c.Doc = ""
	r.last[name] = c
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
	if name := c.table().name(); name != c.Plural {
		r.Note("the collection %s is another program's: the shop has its own %s in %s", c.Plural, c.Plural, name)
	}
	return c.each(ctx, query{}, func(rec *record) error {
		name := valueKey{c.Kind, rec.id}
		switch last := r.last[name]; {
		case !rec.ours && !c.Shared:
			r.Note("%s %s is of another program, and no %s of this shop: it stays as it is", c.table().name(), show(rec.key), c.Kind)
			return nil
		case !rec.ours:
			r.Note("%s %s is of another program and not taken in yet: the shop does so", c.Kind, rec.id)
		case rec.stamp > r.Head.Offset && rec.stamp > r.head():
			r.Problem("%s %s bears the change %d, which the feed does not have", c.Kind, rec.id, rec.stamp)
		case last != nil && last.Op.removes() && rec.stamp < last.offset:
			return nil // deleted, and not brought forward yet
		case last != nil && last.offset > rec.stamp && last.offset <= r.feed.tail.state().applied:
			r.Note("%s %s is at revision %d, and the feed tells of revision %d: another program has put an old one back; the shop tells of that",
				c.Kind, rec.id, rec.rev, last.Rev)
		}
		delete(r.last, name)
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
	if r.feed.look(context.Background()) != nil {
		return 0
	}
	return r.feed.tail.state().end
}

// visit counts a value, and notes whose its unique texts are and what it names.
func (r *checking) visit(c *collection, rec *record) {
	r.Counts[c.Kind]++
	if c.History {
		return
	}
	v := c.value(rec)
	if c.Bytes != nil {
		r.named.Add(dao.Batch{Others: []models.Value{v}})
	}
	r.known[valueKey{c.Kind, rec.id}] = true
	for i, unique := range c.Unique {
		for text := range unique.All(v) {
			of := ofText{c.Kind, i, text}
			if owner, twice := r.owners[of]; twice {
				r.Note("%s %s has the %s %q of %s %s, too: a new one cannot get it", c.Kind, show(rec.key), unique.Field, text, c.Kind, owner)
			}
			r.owners[of] = rec.id
		}
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
	applied := r.feed.tail.state().applied
	for name, last := range r.last {
		switch {
		case last.Op.removes():
		case last.offset > applied:
			r.Counts[name.kind]++ // committed, and not brought forward yet
		default:
			revs, err := r.feed.lastRevs(ctx, name.kind, last.ID)
			if err != nil {
				return r.readError(ctx, "read the feed", err)
			}
			if revs[name.id] == last.Rev {
				r.Note("%s %s is gone: another program has deleted it; the shop tells of that", name.kind, name.id)
			}
		}
	}
	return nil
}

// checkImages reads the bytes that values name.
func (r *checking) checkImages(ctx context.Context) error {
	return r.CheckImages(ctx, r.images, r.named)
}
