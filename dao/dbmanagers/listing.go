package dbmanagers

import (
	"context"
	"math"
	"slices"
	"unicode"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The derived values that listings go by.
const (
	createdField = "pulperia.created"
	updatedField = "pulperia.updated"
	seenField    = "pulperia.seen" // when another program was last seen to have brought or changed it
	centsField   = "pulperia.cents"
	wordsField   = "pulperia.words"
)

// List answers from the indexes of the server.
func (p products) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	q.Normalize()
	if err := q.Check(); err != nil {
		return models.ProductPage{}, err
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return models.ProductPage{}, err
	}
	defer leave()
	if q.IDs != nil || q.Codes != nil {
		return p.named(ctx, q)
	}
	page := models.ProductPage{Page: max(q.Page, 1), Limit: q.Limit, Products: []models.Product{}}
	list, total, err := p.list(ctx, listing{p.listed(filterOf(q)), orderOf(q), page.Page, q.Limit, chosenBy(q)})
	if err != nil {
		return models.ProductPage{}, err
	}
	page.Total = total
	for _, v := range list {
		page.Products = append(page.Products, *v.(*models.Product))
	}
	return page, nil
}

// named answers a query that names its products: they are few, and the rest is quickly done here.
func (p products) named(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	names := models.ProductQuery{IDs: q.IDs, Codes: q.Codes}
	list, _, err := p.list(ctx, listing{p.listed(filterOf(names)), nil, 1, 0, chosenBy(names)})
	if err != nil {
		return models.ProductPage{}, err
	}
	all := make([]models.Product, len(list))
	for i, v := range list {
		all[i] = *v.(*models.Product)
	}
	return q.Select(all), nil
}

// chosenBy is a query on values.
func chosenBy(q models.ProductQuery) func([]models.Value) []models.Value {
	return func(all []models.Value) []models.Value {
		q.Page, q.Limit = 1, max(1, len(all))
		list := make([]models.Product, len(all))
		for i, v := range all {
			list[i] = *v.(*models.Product)
		}
		chosen := q.Select(list).Products
		all = make([]models.Value, len(chosen))
		for i := range chosen {
			all[i] = &chosen[i]
		}
		return all
	}
}

// listed is a filter with what makes a document one of ours. It is one that indexes of ours begin
// with or end on.
func (c *collection) listed(filter bson.D) bson.D {
	if !slices.ContainsFunc(filter, func(e bson.E) bool { return e.Key == createdField }) {
		filter = append(filter, bson.E{Key: createdField, Value: bson.D{{Key: "$gte", Value: int64(math.MinInt64)}}})
	}
	return append(filter, bson.E{Key: markField, Value: c.mark()})
}

// filterOf is a query in the language of the server.
func filterOf(q models.ProductQuery) (filter bson.D) {
	add := func(key string, value any) { filter = append(filter, bson.E{Key: key, Value: value}) }
	if q.Category != "" {
		add("pulperia.category", q.Category)
	}
	if q.Status != nil {
		add("pulperia.status", *q.Status)
	}
	if q.Available {
		add("pulperia.available", true)
	}
	if q.Codes != nil {
		add("pulperia.code", bson.M{"$in": q.Codes})
	}
	if q.IDs != nil {
		ids := make([]bson.ObjectID, len(q.IDs))
		for i, id := range q.IDs {
			ids[i] = objectID(id)
		}
		add("$or", bson.A{bson.M{"_id": bson.M{"$in": ids}}, bson.M{idField: bson.M{"$in": ids}}})
	}
	price := bson.M{}
	if q.MinPrice != nil {
		price["$gte"] = int64(*q.MinPrice)
	}
	if q.MaxPrice != nil {
		price["$lte"] = int64(*q.MaxPrice)
	}
	if len(price) > 0 {
		add(centsField, price)
	}
	words := models.Words(q.Text)
	slices.Sort(words)
	var all bson.A
	for _, word := range slices.Compact(words) {
		all = append(all, bson.M{wordsField: beginning(word)})
	}
	if len(all) > 0 {
		add("$and", all)
	}
	return filter
}

// beginning matches the words that begin with a word. Servers take a regular expression to a length
// (MongoDB 32 KiB, DocumentDB less than 3 KiB where an index has the field), so a long one is asked
// for as a range.
func beginning(word string) any {
	const long = 250
	if len(word) <= long { // letters and digits only: nothing in it means anything to a regular expression
		return bson.Regex{Pattern: "^" + word}
	}
	return bson.M{"$elemMatch": bson.M{"$gte": word, "$lt": word + string(unicode.MaxRune)}}
}

func orderOf(q models.ProductQuery) bson.D {
	ahead := 1
	if q.Backwards {
		ahead = -1
	}
	oldest := bson.D{{Key: createdField, Value: ahead}, {Key: "_id", Value: ahead}}
	switch q.Sort {
	case models.PriceAsc:
		return append(bson.D{{Key: centsField, Value: ahead}}, oldest...)
	case models.PriceDesc:
		return append(bson.D{{Key: centsField, Value: -ahead}}, oldest...)
	}
	return oldest
}

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
	if !p.whole() {
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

// Categories counts in the server.
func (p products) Categories(ctx context.Context) ([]dao.Category, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	if _, err := p.settled(ctx); err != nil {
		return nil, err
	}
	groups, err := p.table().groups(ctx, p.listed(nil), "pulperia.category")
	if err != nil {
		return nil, p.readError(ctx, "count categories", err)
	}
	list := make([]dao.Category, 0, len(groups))
	for name, n := range groups {
		list = append(list, dao.Category{Name: name, Products: n})
	}
	slices.SortFunc(list, func(a, b dao.Category) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list, nil
}
