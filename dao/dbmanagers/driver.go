package dbmanagers

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// driven is the database as the driver reaches it.
type driven struct {
	client *mongo.Client
	db     *mongo.Database
}

func (d driven) table(name string) table { return driverTable{d.db.Collection(name)} }

func (d driven) ping(ctx context.Context) error { return d.client.Ping(ctx, nil) }

func (d driven) close(ctx context.Context) error { return d.client.Disconnect(ctx) }

// unite is one aggregation over the first table, to which the others are added; each in the order of
// _id.
func (d driven) unite(ctx context.Context, tables []string, filter bson.D, limit int64, visit func(string, bson.Raw)) error {
	from := func(name string) bson.A {
		return bson.A{
			bson.M{"$match": filter}, bson.M{"$sort": bson.M{"_id": 1}}, bson.M{"$limit": limit},
			bson.M{"$project": bson.M{"_id": 0, "in": bson.M{"$literal": name}, "doc": "$$ROOT"}},
		}
	}
	pipeline := from(tables[0])
	for _, name := range tables[1:] {
		pipeline = append(pipeline, bson.M{"$unionWith": bson.M{"coll": name, "pipeline": from(name)}})
	}
	cursor, err := d.db.Collection(tables[0]).Aggregate(ctx, pipeline)
	if refused(err) {
		return errNotUnited
	}
	if err != nil {
		return err
	}
	defer closeCursor(cursor)
	for cursor.Next(ctx) {
		doc, _ := cursor.Current.Lookup("doc").DocumentOK()
		visit(textOf(cursor.Current.Lookup("in")), slices.Clone(doc))
	}
	return cursor.Err()
}

// closeCursor tells the server that a cursor is not needed any more, if it does not know that.
func closeCursor(cursor *mongo.Cursor) { cursor.Close(context.Background()) }

// driverTable is a table as the driver reaches it.
type driverTable struct{ coll *mongo.Collection }

// quick is a table without what makes writes durable: for what is worth nothing after seconds.
func (d driven) quick(name string) table {
	o := options.Collection().SetWriteConcern(writeconcern.W1()).SetReadConcern(readconcern.Local())
	return driverTable{d.db.Collection(name, o.SetReadPreference(readpref.Primary()))}
}

func (c driverTable) name() string { return c.coll.Name() }

func (c driverTable) find(ctx context.Context, q query, visit func(bson.Raw) error) error {
	o := options.Find().SetBatchSize(pageSize)
	if q.sort != nil {
		o.SetSort(q.sort)
	}
	if q.skip > 0 {
		o.SetSkip(q.skip)
	}
	if q.limit > 0 { // in one batch, so that the server keeps no cursor
		o.SetLimit(q.limit).SetBatchSize(int32(min(q.limit, 10*pageSize)))
	}
	if q.fields != nil {
		o.SetProjection(q.fields)
	}
	cursor, err := c.coll.Find(ctx, filterOr(q.filter), o)
	if err != nil {
		return err
	}
	defer closeCursor(cursor)
	for cursor.Next(ctx) {
		if err := visit(slices.Clone(cursor.Current)); err != nil {
			return err
		}
	}
	return cursor.Err()
}

// filterOr is a filter, or the one that selects all.
func filterOr(filter any) any {
	if filter == nil {
		return bson.D{}
	}
	return filter
}

func (c driverTable) insert(ctx context.Context, docs []bson.Raw, ordered bool) error {
	_, err := c.coll.InsertMany(ctx, docs, options.InsertMany().SetOrdered(ordered))
	return err
}

func (c driverTable) write(ctx context.Context, ordered bool, list ...write) (did int64, err error) {
	models := make([]mongo.WriteModel, len(list))
	for i, w := range list {
		models[i] = w.model()
	}
	result, err := c.coll.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(ordered))
	if result != nil {
		did = result.MatchedCount + result.UpsertedCount + result.DeletedCount + result.InsertedCount
	}
	return did, err
}

func (w write) model() mongo.WriteModel {
	switch filter := filterOr(w.filter); w.kind {
	case updateMany:
		return mongo.NewUpdateManyModel().SetFilter(filter).SetUpdate(w.update)
	case upsertOne:
		return mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(w.update).SetUpsert(true)
	case replaceOne:
		return mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(w.update)
	case insertOne:
		return mongo.NewInsertOneModel().SetDocument(w.update)
	case deleteOne:
		return mongo.NewDeleteOneModel().SetFilter(filter)
	case deleteMany:
		return mongo.NewDeleteManyModel().SetFilter(filter)
	}
	return mongo.NewUpdateOneModel().SetFilter(filterOr(w.filter)).SetUpdate(w.update)
}

func (c driverTable) count(ctx context.Context, filter any) (int64, error) {
	if filter == nil {
		return c.coll.EstimatedDocumentCount(ctx)
	}
	return c.coll.CountDocuments(ctx, filter)
}

func (c driverTable) groups(ctx context.Context, filter any, field string) (map[string]int, error) {
	cursor, err := c.coll.Aggregate(ctx, bson.A{
		bson.M{"$match": filter}, bson.M{"$group": bson.M{"_id": "$" + field, "n": bson.M{"$sum": 1}}},
	})
	if err != nil {
		return nil, err
	}
	defer closeCursor(cursor)
	counts := map[string]int{}
	for cursor.Next(ctx) {
		n, _ := cursor.Current.Lookup("n").AsInt64OK()
		counts[textOf(cursor.Current.Lookup("_id"))] += int(n)
	}
	return counts, cursor.Err()
}

func (c driverTable) indexes(ctx context.Context) (list []index, err error) {
	specs, err := c.coll.Indexes().ListSpecifications(ctx)
	for _, spec := range specs {
		var keys bson.D
		if bson.Unmarshal(spec.KeysDocument, &keys) == nil {
			one := index{keys: keys, called: spec.Name}
			one.unique = spec.Unique != nil && *spec.Unique
			list = append(list, one)
		}
	}
	if code(err) == codeNamespaceNotFound {
		err = nil
	}
	return list, err
}

func (c driverTable) makeIndexes(ctx context.Context, list []index) error {
	models := make([]mongo.IndexModel, len(list))
	for i, one := range list {
		o := options.Index()
		if one.unique {
			o.SetUnique(true)
		}
		if one.sparse {
			o.SetSparse(true)
		}
		models[i] = mongo.IndexModel{Keys: one.keys, Options: o}
	}
	_, err := c.coll.Indexes().CreateMany(ctx, models)
	return err
}

func (c driverTable) dropIndex(ctx context.Context, name string) error {
	return c.coll.Indexes().DropOne(ctx, name)
}
