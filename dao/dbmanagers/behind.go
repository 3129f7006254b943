package dbmanagers

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// Of what a document says twice another program may change one part alone. What that leaves behind
// is written with the next change, if nobody has touched it meanwhile.

// overwrite is what is written over a document as it was read.
type overwrite struct{ set, unset, inc, filter bson.D }

// fix writes a field of a document as it stands in another, for good.
func (o *overwrite) fix(name string, to bson.D, raw bson.Raw) {
	o.set, o.unset, o.inc = withoutField(o.set, name), withoutField(o.unset, name), withoutField(o.inc, name)
	o.filter = append(withoutField(o.filter, name), unlessChanged(raw, name))
	if i := slices.IndexFunc(to, func(e bson.E) bool { return e.Key == name }); i >= 0 {
		o.set = append(o.set, to[i])
	} else if !raw.Lookup(name).IsZero() {
		o.unset = append(o.unset, bson.E{Key: name, Value: ""})
	}
}

// catchUp adds the fields of a document that are behind to what is written over it; old is what it is
// read as, names are what our changes write. It returns what belongs into pulperia of that.
func (f *forwarding) catchUp(o *overwrite, raw bson.Raw, old models.Value, names []string) bson.D {
	if f.behind == nil {
		return nil
	}
	late, now := f.behind(raw), old
	if late != nil && slices.Contains(names, "variants") {
		late, now = append(slices.Clone(late), "variants"), f.last().after()
	}
	to := f.over(now, raw)
	for _, name := range late {
		o.fix(name, to, raw)
	}
	written := slices.IndexFunc(o.set, func(e bson.E) bool { return e.Key == "variants" })
	switch {
	case written >= 0:
		return f.linesIn(marshal(o.set[written : written+1]))
	case slices.ContainsFunc(o.unset, func(e bson.E) bool { return e.Key == "variants" }):
		return nil
	}
	lines := f.linesIn(raw)
	if lines != nil { // they stay as they are
		o.filter = append(withoutField(o.filter, "variants"), unlessChanged(raw, "variants"))
	}
	return lines
}
