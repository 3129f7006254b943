package dbmanagers

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The document of a kind that says nothing else has the fields of its JSON form, in their order, in
// the types that BSON has for them: ids are ObjectIDs, times dates, amounts doubles. rev stands in
// pulperia.

var (
	idType    = reflect.TypeFor[models.ID]()
	timeType  = reflect.TypeFor[models.Time]()
	moneyType = reflect.TypeFor[models.Money]()
)

// documentOf writes a value.
func documentOf(v models.Value) bson.D {
	doc := structDoc(reflect.ValueOf(v).Elem())
	return slices.DeleteFunc(doc, func(field bson.E) bool { return field.Key == "rev" })
}

func structDoc(v reflect.Value) (doc bson.D) {
	eachField(v, func(name string, field reflect.Value) { doc = append(doc, bson.E{Key: name, Value: fieldDoc(field)}) })
	return doc
}

// eachField visits the fields of a struct by their JSON names, and those of what it embeds.
func eachField(v reflect.Value, visit func(name string, field reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			eachField(v.Field(i), visit)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" && field.IsExported() {
			visit(name, v.Field(i))
		}
	}
}

// wantFields panics where documents could not keep what a kind's type has: a type that is not read
// back, or a field that is left out when it is empty, by which no unknown field could be told.
func wantFields(of string, t reflect.Type) {
	for field := range t.Fields() {
		name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			wantFields(of, field.Type)
		case name == "-" || !field.IsExported():
		case strings.Contains(rest, "omit"):
			panic(fmt.Sprintf("dbmanagers: field %q of %s is left out when it is empty (%s): every field must be written", name, of, rest))
		default:
			wantField(fmt.Sprintf("field %q of %s", name, of), field.Type)
		}
	}
}

func wantField(what string, t reflect.Type) {
	switch {
	case slices.Contains([]reflect.Type{idType, timeType, moneyType}, t):
	case t.Kind() == reflect.Slice:
		wantField(what, t.Elem())
	case t.Kind() == reflect.Struct:
		wantFields(what, t)
	case !slices.Contains([]reflect.Kind{reflect.String, reflect.Bool, reflect.Int, reflect.Int64}, t.Kind()):
		panic(fmt.Sprintf("dbmanagers: %s is a %s, which documents do not keep: use a text, a bool, an int, an int64, a struct or a slice of these", what, t))
	}
}

func fieldDoc(v reflect.Value) any {
	switch v.Type() {
	case idType:
		return objectID(v.Interface().(models.ID))
	case timeType:
		return bson.DateTime(v.Int())
	case moneyType:
		return numberOf(models.Money(v.Int()))
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		return wholeNumber(v.Int())
	case reflect.Struct:
		return structDoc(v)
	case reflect.Slice:
		list := make(bson.A, v.Len())
		for i := range list {
			list[i] = fieldDoc(v.Index(i))
		}
		return list
	}
	return v.Interface() // texts and booleans
}

// valueIn reads the document of a kind, as tolerantly as the others are read.
func valueIn(s *dao.Schema, doc bson.Raw) models.Value {
	v := s.New()
	structIn(reflect.ValueOf(v).Elem(), doc)
	created := createdOf(doc)
	v.SetHead(models.Head{ID: idOf(doc.Lookup("_id")), Rev: revOf(doc), CreatedAt: created, UpdatedAt: updatedOf(doc, created)})
	v.Normalize()
	if s.Mend != nil {
		s.Mend(v)
	}
	return v
}

func structIn(v reflect.Value, doc bson.Raw) {
	eachField(v, func(name string, field reflect.Value) {
		if there := doc.Lookup(name); !there.IsZero() {
			fieldIn(field, there)
		}
	})
}

func fieldIn(v reflect.Value, value bson.RawValue) {
	switch v.Type() {
	case idType:
		id, _ := productOf(value)
		v.Set(reflect.ValueOf(id))
		return
	case timeType:
		at, _ := timeOf(value)
		v.SetInt(int64(at))
		return
	case moneyType:
		v.SetInt(int64(moneyOf(value)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(textOf(value))
	case reflect.Bool:
		v.SetBool(statusOf(value))
	case reflect.Int, reflect.Int64:
		n, _ := wholeOf(value)
		v.SetInt(n)
	case reflect.Struct:
		doc, _ := value.DocumentOK()
		structIn(v, doc)
	case reflect.Slice:
		values := valuesOf(value)
		list := reflect.MakeSlice(v.Type(), len(values), len(values))
		for i, one := range values {
			fieldIn(list.Index(i), one)
		}
		v.Set(list)
	}
}
