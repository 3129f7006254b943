package dbmanagers

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// listing is what a list shows.
type listing struct {
	filter, order bson.D
	page, limit   int                                 // a limit of 0 means all
	choose        func([]models.Value) []models.Value // those that the filter selects, in the order
}

// without leaves out documents.
func (l listing) without(some bson.A) listing {
	if len(some) > 0 {
		l.filter = append(slices.Clip(l.filter), bson.E{Key: "$nor", Value: some})
	}
	return l
}

// pageRead is a page as it was read.
type pageRead struct {
	list        []models.Value
	total       int          // how many the filter selects in all
	first, last bool         // nothing stands before it, or behind it
	next        models.Value // what stands behind it
	late        bson.A       // selects what is on it though it came after its deletion, in others' places
}

func (p *pageRead) whole() bool { return p.first && p.last }

// forward puts in what has come since: what did not change stands among itself as it did. Where
// more stands before or behind, it is not known what of that came between.
func (p *pageRead) forward(l listing, came map[models.ID]models.Value) {
	changed := func(v models.Value) bool { _, is := came[v.GetHead().ID]; return is }
	read := map[models.ID]bool{}
	var all []models.Value
	for _, v := range p.list {
		if read[v.GetHead().ID] = true; !changed(v) {
			all = append(all, v)
		}
	}
	bounded := p.next != nil && !changed(p.next)
	stays := len(all) > 0 || bounded
	for id, v := range came {
		if v != nil && (stays || p.whole() || read[id]) {
			all = append(all, v)
		}
	}
	if bounded {
		all = append(all, p.next)
	}
	if all = l.choose(all); bounded {
		end := slices.IndexFunc(all, func(v models.Value) bool { return v.GetHead().ID == p.next.GetHead().ID })
		all = all[:end+1] // it moves up where there is room
	}
	for stays && !p.first && len(all) > 0 && changed(all[0]) {
		all = all[1:]
	}
	for stays && !p.last && !bounded && len(all) > 0 && changed(all[len(all)-1]) {
		all = all[:len(all)-1]
	}
	if p.list = all; p.whole() {
		p.total = len(all)
	}
	if l.limit > 0 {
		p.list = all[:min(len(all), l.limit)]
	}
	if !p.whole() && !p.short(l) {
		p.total = l.agreed(len(p.list), p.total)
	}
}

// short says whether less is known of a page than stands on it.
func (p *pageRead) short(l listing) bool { return !p.last && len(p.list) < l.limit }

// farthest: no collection is that long, and no product of a page and a limit runs over.
const farthest = 1 << 40

// skipped is how many values stand on the pages before.
func (l listing) skipped() int {
	if l.limit == 0 || l.page-1 < farthest/l.limit {
		return (l.page - 1) * l.limit
	}
	return farthest
}

// agreed is a total that goes with how many values the page has.
func (l listing) agreed(n, total int) int {
	switch skipped := l.skipped(); {
	case n >= l.limit:
		return max(total, skipped+n)
	case n > 0 || skipped == 0: // the last page
		return skipped + n
	default:
		return min(total, skipped)
	}
}

// page reads one page, and how many there are in all. Both are asked for at once, and so may be of
// two moments; what the page itself tells of the total counts then. What was deleted after the
// position at is still there.
func (c *collection) page(ctx context.Context, l listing, at int64) (p pageRead, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	counted := make(chan error, 1)
	total := 0
	go func() {
		n, err := int64(0), error(nil)
		if l.limit > 0 {
			n, err = c.table().count(ctx, l.filter)
		}
		total = int(n)
		counted <- err
	}()
	n, skipped := 0, l.skipped()
	var foreign []models.ID
	if skipped < farthest {
		applied := c.feed.tail.state().applied
		q := query{filter: l.filter, sort: l.order, skip: int64(skipped)}
		if l.limit > 0 {
			q.limit = int64(l.limit) + 1
		}
		err = c.each(ctx, q, func(rec *record) error {
			now, doubt := c.resolve(rec.id, fetched{rec: rec, applied: applied})
			if n++; l.limit > 0 && n > l.limit {
				p.next = now.value
				return nil
			}
			switch {
			case doubt != sure || now.value == nil && c.feed.tail.last(valueKey{c.Kind, rec.id}) > at: // it was there
				p.list = append(p.list, c.value(rec))
			case now.value != nil:
				p.list = append(p.list, now.value)
			default: // a create that arrived after the delete
				asRead := bson.D{{Key: "_id", Value: rec.key}, {Key: stampField, Value: rec.stamp}}
				p.late = append(p.late, asRead)
			}
			if doubt == sure && now.foreign {
				foreign = append(foreign, rec.id)
			}
			return nil
		})
	}
	err = c.readError(ctx, "read "+c.Plural, err)
	if countErr := <-counted; err == nil {
		err = c.readError(ctx, "count "+c.Plural, countErr)
	}
	p.total = l.agreed(n, total)
	p.first, p.last = skipped == 0, l.limit == 0 || n <= l.limit
	c.noticeLater(foreign)
	p.total = max(0, p.total-len(p.late))
	return p, err
}
