package dbmanagers

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What a server makes of filters and updates, as far as the engine uses them.

// matches says whether a filter selects a document.
func matches(doc, filter bson.Raw) bool {
	elements, _ := filter.Elements()
	for _, e := range elements {
		if !matchesOne(doc, e.Key(), e.Value()) {
			return false
		}
	}
	return true
}

func matchesOne(doc bson.Raw, key string, want bson.RawValue) bool {
	some := func(all bool) bool {
		for _, one := range valuesOf(want) {
			sub, _ := one.DocumentOK()
			if matches(doc, sub) != all {
				return !all
			}
		}
		return all
	}
	switch key {
	case "$or":
		return some(false)
	case "$and":
		return some(true)
	case "$nor":
		return !some(false)
	}
	values := reach(doc, strings.Split(key, "."))
	if inner, ok := want.DocumentOK(); ok {
		elements, _ := inner.Elements()
		if len(elements) > 0 && strings.HasPrefix(elements[0].Key(), "$") {
			return !slices.ContainsFunc(elements, func(e bson.RawElement) bool { return !operate(values, e.Key(), e.Value(), inner) })
		}
	}
	return operate(values, "$eq", want, nil)
}

// reach returns the values at a path; those of all elements where an array is on the way, and of the
// array itself.
func reach(doc bson.Raw, path []string) (values []bson.RawValue) {
	value, err := doc.LookupErr(path[0])
	if err != nil {
		return nil
	}
	if len(path) == 1 {
		return append([]bson.RawValue{value}, valuesOf(value)...)
	}
	if inner, ok := value.DocumentOK(); ok {
		return reach(inner, path[1:])
	}
	for _, one := range valuesOf(value) {
		if inner, ok := one.DocumentOK(); ok {
			values = append(values, reach(inner, path[1:])...)
		}
	}
	return values
}

func operate(values []bson.RawValue, op string, want bson.RawValue, whole bson.Raw) bool {
	any := func(is func(bson.RawValue) bool) bool { return slices.ContainsFunc(values, is) }
	order := func(ok func(int) bool) bool {
		return any(func(v bson.RawValue) bool { return rank(v) == rank(want) && ok(compareRaw(v, want)) })
	}
	switch op {
	case "$eq":
		if want.Type == bson.TypeNull {
			return len(values) == 0 || any(func(v bson.RawValue) bool { return v.Type == bson.TypeNull })
		}
		if pattern, _, ok := want.RegexOK(); ok {
			return operate(values, "$regex", valueOf(pattern), nil)
		}
		return any(func(v bson.RawValue) bool { return rank(v) == rank(want) && compareRaw(v, want) == 0 })
	case "$ne":
		return !operate(values, "$eq", want, nil)
	case "$gt":
		return order(func(c int) bool { return c > 0 })
	case "$gte":
		return order(func(c int) bool { return c >= 0 })
	case "$lt":
		return order(func(c int) bool { return c < 0 })
	case "$lte":
		return order(func(c int) bool { return c <= 0 })
	case "$in", "$nin":
		in := slices.ContainsFunc(valuesOf(want), func(one bson.RawValue) bool { return operate(values, "$eq", one, nil) })
		return in == (op == "$in")
	case "$exists":
		yes, _ := want.BooleanOK()
		return len(values) > 0 == yes
	case "$type":
		return any(func(v bson.RawValue) bool { return isType(v, textOf(want)) })
	case "$regex":
		pattern := regexp.MustCompile(textOf(want))
		return any(func(v bson.RawValue) bool { return v.Type == bson.TypeString && pattern.MatchString(textOf(v)) })
	case "$not":
		inner, _ := want.DocumentOK()
		elements, _ := inner.Elements()
		return slices.ContainsFunc(elements, func(e bson.RawElement) bool { return !operate(values, e.Key(), e.Value(), inner) })
	case "$elemMatch":
		inner, _ := want.DocumentOK()
		elements, _ := inner.Elements()
		return any(func(v bson.RawValue) bool {
			if !strings.HasPrefix(elements[0].Key(), "$") {
				doc, is := v.DocumentOK()
				return is && matches(doc, inner)
			}
			return !slices.ContainsFunc(elements, func(e bson.RawElement) bool { return !operate([]bson.RawValue{v}, e.Key(), e.Value(), inner) })
		})
	}
	panic(fmt.Sprintf("the model knows no %s (in %s)", op, whole))
}

func isType(v bson.RawValue, name string) bool {
	switch name {
	case "number":
		return rank(v) == 2
	case "string":
		return v.Type == bson.TypeString
	case "objectId":
		return v.Type == bson.TypeObjectID
	}
	panic("the model knows no type " + name)
}

// rank is the place of a type in the order of all.
func rank(v bson.RawValue) int {
	switch v.Type {
	case 0, bson.TypeNull:
		return 1
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128:
		return 2
	case bson.TypeString:
		return 3
	case bson.TypeEmbeddedDocument:
		return 4
	case bson.TypeArray:
		return 5
	case bson.TypeObjectID:
		return 7
	case bson.TypeBoolean:
		return 8
	case bson.TypeDateTime:
		return 9
	}
	return 10
}

func compareRaw(a, b bson.RawValue) int {
	if by := cmp.Compare(rank(a), rank(b)); by != 0 {
		return by
	}
	switch rank(a) {
	case 1:
		return 0
	case 2:
		x, okX := a.AsInt64OK()
		y, okY := b.AsInt64OK()
		if okX && okY && a.Type != bson.TypeDouble && b.Type != bson.TypeDouble {
			return cmp.Compare(x, y)
		}
		f, _ := a.AsFloat64OK()
		g, _ := b.AsFloat64OK()
		return cmp.Compare(f, g)
	case 3:
		return strings.Compare(textOf(a), textOf(b))
	case 4, 5:
		x, y := elementsIn(a), elementsIn(b)
		for i := range min(len(x), len(y)) {
			if by := cmp.Or(strings.Compare(x[i].Key(), y[i].Key()), compareRaw(x[i].Value(), y[i].Value())); by != 0 {
				return by
			}
		}
		return cmp.Compare(len(x), len(y))
	case 9:
		x, _ := a.DateTimeOK()
		y, _ := b.DateTimeOK()
		return cmp.Compare(x, y)
	}
	return bytes.Compare(a.Value, b.Value)
}

func elementsIn(v bson.RawValue) []bson.RawElement {
	list, _ := bson.Raw(v.Value).Elements()
	return list
}

// sortValue is what a document is sorted by: of an array the smallest.
func sortValue(doc bson.Raw, key string) bson.RawValue {
	values := reach(doc, strings.Split(key, "."))
	if len(values) == 0 {
		return bson.RawValue{}
	}
	return values[0]
}

// altered is what an update makes of a document.
func altered(doc bson.D, update bson.D, inserting bool) bson.D {
	for _, op := range update {
		fields := asD(op.Value)
		for _, field := range fields {
			path := strings.Split(field.Key, ".")
			switch op.Key {
			case "$set":
				doc = put(doc, path, func(any) any { return field.Value })
			case "$setOnInsert":
				if inserting {
					doc = put(doc, path, func(any) any { return field.Value })
				}
			case "$unset":
				doc = put(doc, path, func(any) any { return absent{} })
			case "$inc":
				doc = put(doc, path, func(was any) any { n, _ := asInt(was); by, _ := asInt(field.Value); return wholeLike(was, n+by) })
			case "$max":
				doc = put(doc, path, func(was any) any { n, _ := asInt(was); by, _ := asInt(field.Value); return max(n, by) })
			case "$addToSet":
				doc = put(doc, path, func(was any) any {
					list, _ := was.(bson.A)
					if slices.Contains(list, field.Value) {
						return list
					}
					return append(list, field.Value)
				})
			default:
				panic("the model knows no " + op.Key)
			}
		}
	}
	return doc
}

type absent struct{}

func wholeLike(was any, n int64) any {
	if _, long := was.(int64); long {
		return n
	}
	return wholeNumber(n)
}

// asD is a document in whatever form it was given.
func asD(v any) (d bson.D) {
	if d, is := v.(bson.D); is {
		return d
	}
	if err := bson.Unmarshal(marshal(v), &d); err != nil {
		panic(err)
	}
	return d
}

func put(doc bson.D, path []string, alter func(any) any) bson.D {
	i := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == path[0] })
	var was any
	if i >= 0 {
		was = doc[i].Value
	}
	var is any
	if len(path) == 1 {
		is = alter(was)
	} else {
		inner, ok := was.(bson.D)
		if !ok && i >= 0 {
			panic(refusedUpdate("cannot create field in " + path[0] + ", a " + fmt.Sprintf("%T", was)))
		}
		is = put(slices.Clone(inner), path[1:], alter)
	}
	switch _, gone := is.(absent); {
	case gone && i >= 0:
		return slices.Delete(doc, i, i+1)
	case gone:
		return doc
	case i >= 0:
		doc[i].Value = is
		return doc
	}
	return append(doc, bson.E{Key: path[0], Value: is})
}

// refusedUpdate is panicked with where a server refuses an update.
type refusedUpdate string

// keyOf is a value as a text by which it is found.
func keyOf(v bson.RawValue) string {
	if n, ok := v.AsInt64OK(); ok && rank(v) == 2 {
		return "n" + strconv.FormatInt(n, 10)
	}
	return string(append([]byte{byte(v.Type)}, v.Value...))
}
