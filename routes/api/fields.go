package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"pulperia/dao/models"
	"pulperia/routes/fields"
)

// read reads the fields of a kind that a body has into a value, and leaves the others as they are;
// of a value that is to be made, what must be there and is not is noted, or is what it is by default.
func read[T any](body object, kind fields.Kind[T], in fields.Use, into *T) {
	for f := range kind.Of(in) {
		name, at := spelling(body, f), f.At(into)
		switch {
		case body.has(name):
			readField(body, name, f, at)
		case in == fields.Create && f.Default != nil:
			reflect.ValueOf(at).Elem().Set(reflect.ValueOf(f.Default))
		case in == fields.Create && f.Required:
			body.require(name)
		}
	}
}

// spelling is the name under which a body has a field, if it has it.
func spelling[T any](body object, f fields.Field[T]) string {
	if f.Other != "" && !body.has(f.Name) && body.has(f.Other) {
		return f.Other
	}
	return f.Name
}

func readField[T any](body object, name string, f fields.Field[T], at any) {
	if f.Null && body.clears(name) {
		reflect.ValueOf(at).Elem().SetZero()
		return
	}
	switch at := at.(type) {
	case *string:
		if f.Secret {
			body.secret(name, at)
		} else {
			body.text(name, at)
		}
	case *models.Role:
		body.text(name, (*string)(at))
	case *bool:
		body.flag(name, at)
	case *int64:
		body.whole(name, f.Most, at)
	case *models.Money:
		body.money(name, at)
	case *models.Time:
		body.moment(name, at)
	case *models.ID:
		body.id(name, at)
	case *models.Uncounted:
		body.uncounted(name, at)
	case *models.Options:
		body.options(name, at)
	case *[]models.Variant:
		*at = readVariants(body, name)
	case *[]models.Payment:
		*at = readEntries(body, name, fields.Payment)
	case *[]models.Account:
		*at = readEntries(body, name, fields.Account)
	case *[]models.Delivery:
		*at = readEntries(body, name, fields.Delivery)
	case *[]models.Tax:
		*at = readEntries(body, name, fields.Tax)
	case *[]string:
		if raw := body.fields[name]; name == f.Other && raw[0] != '[' {
			var one string
			if body.text(name, &one); !body.wrong.Has(name) {
				*at = []string{one}
			}
			return
		}
		entries := body.list(name)
		*at = make([]string, len(entries))
		for i, raw := range entries {
			body.readText(f.Name+"["+strconv.Itoa(i)+"]", raw, &(*at)[i])
		}
	default:
		panic(fmt.Sprintf("field %s: a %T cannot be read", f.Name, at))
	}
}

// readEntries reads all that a list has from now on.
func readEntries[T any](body object, name string, kind fields.Kind[T]) (all []T) {
	for i, raw := range body.list(name) {
		var one T
		read(body.entry(name, i, raw), kind, fields.Create, &one)
		all = append(all, one)
	}
	return all
}

// heads are the fields of which it does not matter what a body says: whoever sends back what he was
// shown means no change of them. rev is a condition.
var heads = []string{"_id", "__v", "createdAt", "updatedAt", "held", "rev"}

// derived refuses what a body says of other fields that nobody gives, where it is not what they are.
func derived[T any](body object, kind fields.Kind[T], stored T) {
	for f := range kind.Of(fields.Answer) {
		if f.Is(fields.Update) || !body.has(f.Name) || slices.Contains(heads, f.Name) {
			continue
		}
		said := stored
		readField(body, f.Name, f, f.At(&said))
		if !body.wrong.Has(f.Name) && !reflect.DeepEqual(f.At(&said), f.At(&stored)) {
			body.wrong.Add(f.Name, models.NotSet, nil, shown(body.fields[f.Name]))
		}
	}
}

// show is the JSON form of a value: the fields that its kind shows, and no other that it may have.
func show[T any](kind fields.Kind[T], value T) json.RawMessage {
	object := []byte{'{'}
	for f := range kind.Of(fields.Answer) {
		at := reflect.ValueOf(f.At(&value)).Elem()
		if f.Absent && at.IsZero() {
			continue
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = append(strconv.AppendQuote(object, f.Name), ':')
		if f.Null && at.IsZero() {
			object = append(object, "null"...)
		} else {
			object = append(object, models.JSON(at.Interface())...)
		}
	}
	return append(object, '}')
}

// order is that of a kind's fields, for [arrange].
func order[T any](kind fields.Kind[T]) []string {
	names := []string{"body"}
	for _, f := range kind.Fields {
		names = append(names, f.Name, f.Other)
	}
	return names
}
