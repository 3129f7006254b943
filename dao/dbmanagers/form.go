package dbmanagers

import (
	"reflect"

	"github.com/cespare/xxhash/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// form is how the values of a kind stand in documents.
type form struct {
	write  func(models.Value) bson.D                                                                                // the whole document, without the sub-document pulperia
	read   func(bson.Raw) models.Value                                                                              // with tolerance; a revision that is not the document's is set later
	change func(old, new models.Value, doc bson.Raw) (set, unset bson.D)                                            // what makes of doc, which is read as old, one that is read as new
	keys   func(models.Value) bson.D                                                                                // what listing needs, derived from the fields; none of a history
	met    func(doc bson.Raw) bson.D                                                                                // beside that, of what another program has brought or changed; may be missing
	dirt   func(doc bson.Raw) []string                                                                              // where doc is not as we would write it
	inner  func(note func(prefix string, fields []bson.RawElement, known ...string), doc bson.Raw) (known []string) // names unknown fields further in; may be missing
}

// typed is a form by functions on a kind's own type.
type typed[T any] struct {
	write  func(T) bson.D
	read   func(bson.Raw) T
	change func(old, new T, doc bson.Raw) (set, unset bson.D)
	keys   func(T) bson.D
}

func (t typed[T]) form() form {
	of := func(v models.Value) T { return *any(v).(*T) }
	f := form{
		write: func(v models.Value) bson.D { return t.write(of(v)) },
		read:  func(doc bson.Raw) models.Value { v := t.read(doc); return any(&v).(models.Value) },
	}
	if t.change != nil {
		f.change = func(old, new models.Value, doc bson.Raw) (set, unset bson.D) { return t.change(of(old), of(new), doc) }
	}
	if t.keys != nil {
		f.keys = func(v models.Value) bson.D { return t.keys(of(v)) }
	}
	return f
}

// forms are those of the kinds that mongoose applications know; each stands beside what else is
// special of its kind.
var forms = map[dao.Kind]form{dao.KindProduct: productForm(), dao.KindCart: cartForm(), dao.KindMessage: messageForm()}

// formOf returns the form of a kind: what its type says, unless it has one of its own.
func formOf(s *dao.Schema) form {
	if own, has := forms[s.Kind]; has {
		return own
	}
	wantFields(s.Plural, reflect.TypeOf(s.New()).Elem())
	f := form{write: documentOf, read: func(doc bson.Raw) models.Value { return valueIn(s, doc) }}
	f.change = func(old, new models.Value, _ bson.Raw) (set, unset bson.D) {
		return changedFields(documentOf(old), documentOf(new))
	}
	f.keys = func(v models.Value) bson.D { return schemaKeys(s, v) }
	f.dirt = func(doc bson.Raw) []string {
		v := f.read(doc)
		d := dirtOf(doc, f.write(v))
		d.addRules(v.Check(), func(field string) string { return field })
		return d.sentences
	}
	return f
}

// schemaKeys are what listing needs by a schema, with a sum by which a change that another program
// made is noticed.
func schemaKeys(s *dao.Schema, v models.Value) bson.D {
	head := v.GetHead()
	keys := bson.D{{Key: "created", Value: int64(head.CreatedAt)}, {Key: "updated", Value: int64(head.UpdatedAt)}}
	for _, sort := range s.Sorts {
		keys = append(keys, bson.E{Key: sortKey(sort), Value: keyValue(sort.Of(v))})
	}
	bare := s.Clone(v)
	bare.SetHead(models.Head{ID: head.ID})
	return append(keys, bson.E{Key: "sum", Value: int64(xxhash.Sum64(models.JSON(bare)))})
}

func sortKey(sort dao.Sort) string { return "by_" + sort.Field }

// keyValue puts numbers and texts into the order that they have among themselves.
func keyValue(k models.SortKey) any {
	if k.Text != "" {
		return k.Text
	}
	return k.Number
}

// derived returns what stands in pulperia beside the protocol's own fields.
func (c *collection) derived(v models.Value) bson.D {
	if c.keys == nil {
		return nil
	}
	return c.withUnique(c.keys(v), v)
}

// derivedOf is derived of a document that another program has brought or changed.
func (c *collection) derivedOf(doc bson.Raw) (keys bson.D) {
	if c.keys != nil {
		keys = c.derived(c.read(doc))
	}
	if c.met != nil {
		keys = append(keys, c.met(doc)...)
	}
	return keys
}

// value is the value that a record holds. One that was claimed since it was read has its revision
// already.
func (c *collection) value(r record) models.Value { return c.valueAt(r.raw, r.rev) }

func (c *collection) valueAt(doc bson.Raw, rev int64) models.Value {
	v := c.read(doc)
	head := v.GetHead()
	head.Rev = rev
	v.SetHead(head)
	return v
}
