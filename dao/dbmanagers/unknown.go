package dbmanagers

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// unknownFields returns the names of the fields that the JSON form has no place for, sorted: what a
// migration to files would lose. Those inside a cart's items are written products[].color, and
// those of a product that a populated item holds products[].product.title. An item's _id is
// mongoose's own, and so is __v.
func (f form) unknownFields(s *dao.Schema, doc bson.Raw) []string {
	var names []string
	note := func(prefix string, fields []bson.RawElement, known ...string) {
		for _, field := range fields {
			if name := strings.ToValidUTF8(field.Key(), "\uFFFD"); !slices.Contains(known, name) {
				names = append(names, prefix+name)
			}
		}
	}
	known := []string{"__v", "pulperia"}
	for _, field := range f.write(s.New()) {
		known = append(known, field.Key)
	}
	if f.inner != nil {
		known = append(known, f.inner(note, doc)...)
	}
	fields, _ := doc.Elements()
	note("", fields, known...)
	slices.Sort(names)
	return slices.Compact(names)
}
