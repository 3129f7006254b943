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
	if q.MaxStock != nil { // it has no copy of ours: every program counts in the same field
		add("stock", bson.M{"$lte": *q.MaxStock})
	}
	if q.Stock != nil {
		add("stock", *q.Stock)
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
		price["$gte"] = centsKey(*q.MinPrice)
	}
	if q.MaxPrice != nil {
		price["$lte"] = centsKey(*q.MaxPrice)
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
