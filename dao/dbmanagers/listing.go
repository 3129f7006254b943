package dbmanagers

import (
	"context"
	"math"
	"slices"
	"unicode"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The derived values that listings go by. A document without pulperia.created is in none of them:
// it is not claimed, being loaded, or deleted.
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
	page.Total, err = p.page(ctx, listed(filterOf(q)), orderOf(q), page.Page, q.Limit, func(rec record) {
		page.Products = append(page.Products, readProduct(rec.raw))
	})
	if err != nil {
		return models.ProductPage{}, err
	}
	return page, nil
}

// named answers a query that names its products: they are few, and the rest is quickly done here.
func (p products) named(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	var all []models.Product
	filter := listed(filterOf(models.ProductQuery{IDs: q.IDs, Codes: q.Codes}))
	err := p.each(ctx, filter, nil, func(rec record) error { all = append(all, readProduct(rec.raw)); return nil })
	if err != nil {
		return models.ProductPage{}, err
	}
	return q.Select(all), nil
}

// listed is a filter with what makes a document one that is listed.
func listed(filter bson.D) bson.D {
	if slices.ContainsFunc(filter, func(e bson.E) bool { return e.Key == createdField }) {
		return filter
	}
	return append(filter, bson.E{Key: createdField, Value: bson.M{"$gte": int64(math.MinInt64)}})
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

// page visits the documents of one page, and returns how many a filter selects in all. Both are
// asked for at once, and so may be of two moments; what the page itself tells of the total counts
// then.
func (c *collection) page(ctx context.Context, filter, order bson.D, page, limit int, visit func(record)) (total int, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	counted := make(chan error, 1)
	go func() {
		n, err := c.coll.CountDocuments(ctx, filter)
		total = int(n)
		counted <- err
	}()
	const farthest = 1 << 40 // no collection is that long, and the product below does not run over
	skipped, n := farthest, 0
	if page-1 < farthest/limit {
		skipped = (page - 1) * limit
		find := options.Find().SetSort(order).SetSkip(int64(skipped)).SetLimit(int64(limit)).SetBatchSize(int32(limit))
		err = c.each(ctx, filter, find, func(rec record) error { visit(rec); n++; return nil })
	}
	if countErr := <-counted; err == nil {
		err = c.readError(ctx, "count "+c.coll.Name(), countErr)
	}
	switch {
	case n == limit:
		total = max(total, skipped+n)
	case n > 0 || skipped == 0: // the last page
		total = skipped + n
	default:
		total = min(total, skipped)
	}
	return total, err
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
	cursor, err := p.coll.Aggregate(ctx, bson.A{
		bson.M{"$match": listed(nil)},
		bson.M{"$group": bson.M{"_id": "$pulperia.category", "products": bson.M{"$sum": 1}}},
	})
	if err != nil {
		return nil, p.readError(ctx, "count categories", err)
	}
	var groups []struct {
		Name     string `bson:"_id"`
		Products int    `bson:"products"`
	}
	if err := cursor.All(ctx, &groups); err != nil {
		return nil, p.readError(ctx, "count categories", err)
	}
	list := make([]dao.Category, len(groups))
	for i, g := range groups {
		list[i] = dao.Category{Name: g.Name, Products: g.Products}
	}
	slices.SortFunc(list, func(a, b dao.Category) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list, nil
}
