package dbmanagers

import (
	"reflect"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// form is how the values of a kind stand in documents.
type form struct {
	// write: the whole document, without the sub-document pulperia.
	write func(models.Value) bson.D
	// read: with tolerance; a revision that is not the document's is set later.
	read func(bson.Raw) models.Value
	// change: what makes of doc, which is read as old, one that is read as new.
	change func(old, new models.Value, doc bson.Raw) (set, unset bson.D)
	// keys: what stands in pulperia beside that: what listing needs, derived from the fields;
	// of a message, who wrote it.
	keys func(models.Value) bson.D
	// met: beside that, of what another program has brought or changed; may be missing.
	met func(v models.Value, at bson.DateTime) bson.D
	// mixed: selects a document whose mixed fields hold nothing but ours; may be missing.
	mixed func(before models.Value) bson.D
	// blend: the mixed fields: others may keep something of their own in them.
	blend []string
	// over: the whole document as it is written over doc, with what others keep in its fields; may be
	// missing.
	over func(v models.Value, doc bson.Raw) bson.D
	// lines: what stands in pulperia of a part that is written, by which it is seen whether others have
	// changed it; linesIn: of that part as it stands in a document; behind: which fields of a document are
	// older than that part. All may be missing.
	lines   func(models.Value) bson.D
	linesIn func(doc bson.Raw) bson.D
	behind  func(doc bson.Raw) []string
	// quantities: whole numbers that are written as differences.
	quantities []string
	// absolute: with a change of one of these quantities are what they are, and no differences.
	absolute []string
	// dirt: where doc is not as we would write it.
	dirt func(doc bson.Raw) []string
	// inner: names unknown fields further in; may be missing.
	inner func(note func(prefix string, fields []bson.RawElement, known ...string), doc bson.Raw) (known []string)
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
		d := (&dirt{fields: make(map[string]bool), deep: true}).of(doc, slices.DeleteFunc(f.write(v), func(field bson.E) bool { return isNew(doc, field) }))
		d.addRules(v.Check(), func(field string) string { return field })
		return d.sentences
	}
	return f
}

// isNew says whether a field is missing because a program of before did not know it, and says
// nothing.
func isNew(doc bson.Raw, field bson.E) bool {
	list, isList := field.Value.(bson.A)
	return doc.Lookup(field.Key).IsZero() && (isList && len(list) == 0 || field.Value == "" || field.Value == false)
}

// schemaKeys are what listing needs by a schema.
func schemaKeys(s *dao.Schema, v models.Value) bson.D {
	head := v.GetHead()
	keys := bson.D{{Key: "created", Value: int64(head.CreatedAt)}, {Key: "updated", Value: int64(head.UpdatedAt)}}
	for _, sort := range s.Sorts {
		keys = append(keys, bson.E{Key: sortKey(sort), Value: keyValue(sort.Of(v))})
	}
	return keys
}

func sortKey(sort dao.Sort) string { return "by_" + sort.Field }

// keyValue puts numbers and texts into the order that they have among themselves.
func keyValue(k models.SortKey) any {
	if k.Text != "" {
		return k.Text
	}
	return k.Number
}

// ours is what stands in pulperia of a document as a change has left it.
func (c *collection) ours(ch *change) bson.D {
	v := ch.after()
	ours := bson.D{
		{Key: "rev", Value: ch.Rev}, {Key: "feed", Value: ch.offset}, {Key: "store", Value: c.mark()}, {Key: "sum", Value: sumOf(c.Schema, v)},
	}
	if c.keys == nil {
		return ours
	}
	ours = append(ours, c.keys(v)...)
	for i := range c.Unique {
		if name := c.Unique[i].Field; !slices.ContainsFunc(ours, func(e bson.E) bool { return e.Key == name }) {
			ours = append(ours, bson.E{Key: name, Value: textsKey(c.Unique[i], v)})
		}
	}
	return ours
}

// textsKey is what a value's unique texts are found by: the one text, or all of them.
func textsKey(unique dao.Unique, v models.Value) any {
	texts := slices.Collect(unique.All(v))
	if len(texts) > 1 {
		return texts
	}
	return unique.Of(v)
}

// met is ours for a document that another program has brought or changed.
func (c *collection) met(ch *change, at bson.DateTime) bson.D {
	ours := c.ours(ch)
	if ch.Key != nil {
		ours = append(ours, bson.E{Key: "id", Value: ch.ID})
	}
	if c.form.met != nil {
		ours = append(ours, c.form.met(ch.after(), at)...)
	}
	return ours
}

// whole is the document of a value that a step of ours has made.
func (c *collection) whole(ch *change) bson.D {
	return c.entire(ch.after(), c.ours(ch))
}

// entire is a document that is written as a whole.
func (c *collection) entire(v models.Value, ours bson.D) bson.D {
	return append(c.write(v), bson.E{Key: "pulperia", Value: append(ours, c.linesOf(v)...)})
}

// linesOf is what lines says, if there is any.
func (c *collection) linesOf(v models.Value) bson.D {
	if c.lines == nil {
		return nil
	}
	return c.lines(v)
}

// difference is what a step of ours writes of a document: the fields that differ, and quantities as
// differences.
func (c *collection) difference(before, after models.Value) (names []string, inc bson.M) {
	set, unset := changedFields(c.write(before), c.write(after))
	for _, field := range unset {
		names = append(names, field.Key)
	}
	old := c.write(before)
	differs := func(fields bson.D) bool {
		return slices.ContainsFunc(fields, func(e bson.E) bool { return slices.Contains(c.absolute, e.Key) })
	}
	anew := differs(set) || differs(unset)
	for _, field := range set {
		if slices.Contains(c.quantities, field.Key) && !anew {
			i := slices.IndexFunc(old, func(e bson.E) bool { return e.Key == field.Key })
			was, _ := asInt(old[i].Value)
			is, _ := asInt(field.Value)
			if inc == nil {
				inc = bson.M{}
			}
			inc[field.Key] = is - was
			continue
		}
		names = append(names, field.Key)
	}
	return names, inc
}

// guard selects a document in which fields can be written over, and says whether one can be known to
// be that.
func (c *collection) guard(names []string, first *change) (filter bson.D, plain bool) {
	if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.blend, name) }) {
		return nil, true
	}
	before := first.before
	if before == nil {
		told := c.feed.tail.of(valueKey{c.Kind, first.id()})
		if i := slices.Index(told, first); i > 0 {
			before = told[i-1].after()
		}
	}
	if before == nil {
		return nil, false
	}
	return c.mixed(before), true
}

// value is the value that a record holds.
func (c *collection) value(r *record) models.Value { return c.valueAt(r.raw, r.rev) }

func (c *collection) valueAt(doc bson.Raw, rev int64) models.Value {
	v := c.read(doc)
	head := v.GetHead()
	head.Rev = rev
	v.SetHead(head)
	return v
}
