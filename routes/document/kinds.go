package document

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"pulperia/dao/models"
	"pulperia/routes/fields"
)

// Create describes what makes a value of a kind; so do Update and Answer for what changes and what
// shows one. Each returns a reference to a schema that the document has once.
func Create[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	return named(r, kind.Name+"Create", func(s *huma.Schema) {
		s.AdditionalProperties = true
		for f := range kind.Of(fields.Create) {
			put(r, s, f, fields.Create, true, f.Required)
		}
	})
}

// Update describes what changes a value of a kind.
func Update[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	return named(r, kind.Name+"Update", func(s *huma.Schema) {
		s.AdditionalProperties = true
		s.Description = "Any subset of the fields. Others are ignored; `_id` never changes."
		for f := range kind.Of(fields.Update) {
			put(r, s, f, fields.Update, true, false)
		}
		s.Properties["rev"] = &huma.Schema{
			Type: huma.TypeInteger, Format: "int64", Description: "Change it only if this is still its rev.", Examples: []any{1},
		}
	})
}

// Answer describes what is shown of a value of a kind.
func Answer[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	return named(r, kind.Name, func(s *huma.Schema) {
		s.AdditionalProperties = false
		for f := range kind.Of(fields.Answer) {
			put(r, s, f, fields.Answer, !kind.Shared || f.In == fields.Answer, !f.Absent)
		}
	})
}

// One describes the answer that shows one value of a kind, List that which shows all of them, and
// Page that which shows some.
func One[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	return named(r, kind.Name+"Answer", func(s *huma.Schema) { succeed(s, Answer(r, kind)) })
}

// List describes the answer that shows all values of a kind.
func List[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	return named(r, kind.Name+"List", func(s *huma.Schema) {
		succeed(s, &huma.Schema{Type: huma.TypeArray, Items: Answer(r, kind)})
	})
}

// Page describes the answer that shows a page of a kind.
func Page[T any](r huma.Registry, kind fields.Kind[T]) *huma.Schema {
	page := List(r, kind)
	paging, s := huma.SchemaFromType(r, reflect.TypeFor[Paging]()), r.SchemaFromRef(page.Ref)
	maps.Copy(s.Properties, paging.Properties)
	s.Required = append(s.Required, paging.Required...)
	return page
}

func succeed(answer, payload *huma.Schema) {
	answer.AdditionalProperties, answer.Required = false, []string{"status", "payload"}
	answer.Properties["status"], answer.Properties["payload"] = OneOf("success"), payload
}

// named returns a reference to a schema, which is made when it is named first.
func named(r huma.Registry, name string, fill func(*huma.Schema)) *huma.Schema {
	if r.Map()[name] == nil {
		s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
		r.Map()[name] = s
		fill(s)
	}
	return &huma.Schema{Ref: schemasPath + name}
}

// put adds a field to the schema of an object, with its other spelling where it can be given.
func put[T any](r huma.Registry, object *huma.Schema, f fields.Field[T], in fields.Use, limited, required bool) {
	s := typeOf(r, f, in, limited)
	if f.Null && in != fields.Answer {
		s.Nullable = true
	}
	s.Description = cmp.Or(f.Doc, s.Description)
	if f.Example != nil {
		s.Examples = []any{f.Example}
	}
	if required {
		object.Required = append(object.Required, f.Name)
	}
	object.Properties[f.Name] = s
	if in == fields.Answer {
		return
	}
	s.Default, s.Description = f.Default, cmp.Or(strings.TrimSpace(f.Doc+" "+f.Hint), s.Description)
	if f.Other != "" {
		object.Properties[f.Other] = &huma.Schema{
			Description: "Another spelling of `" + f.Name + "`; without meaning where `" + f.Name + "` is there too.",
			OneOf:       []*huma.Schema{s.Items, {Type: huma.TypeArray, MaxItems: s.MaxItems, Items: s.Items}},
		}
	}
}

// typeOf describes the type of a field.
func typeOf[T any](r huma.Registry, f fields.Field[T], in fields.Use, limited bool) *huma.Schema {
	switch f.At(new(T)).(type) {
	case *string, *models.Role:
		s := &huma.Schema{Type: huma.TypeString}
		for _, one := range f.OneOf {
			s.Enum = append(s.Enum, one)
		}
		if limited {
			s.MinLength, s.MaxLength = limit(f.Least), limit(f.Most)
		}
		return s
	case *bool, *models.Uncounted:
		return &huma.Schema{Type: huma.TypeBoolean}
	case *models.Options:
		s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true} // of texts, under any names
		if limited {
			s.MinProperties, s.MaxProperties = limit(f.Least), limit(f.Most)
		}
		return s
	case *[]models.Variant:
		return entries(r, fields.Variant, f.Most, in, limited)
	case *[]models.Payment:
		return entries(r, fields.Payment, f.Most, in, limited)
	case *[]models.Account:
		return entries(r, fields.Account, f.Most, in, limited)
	case *[]models.Delivery:
		return entries(r, fields.Delivery, f.Most, in, limited)
	case *[]models.Tax:
		return entries(r, fields.Tax, f.Most, in, limited)
	case *int64:
		return numbers(&huma.Schema{Type: huma.TypeInteger, Format: "int64"}, f.Least, f.Most, 1, limited)
	case *models.Money:
		return numbers(&huma.Schema{Type: huma.TypeNumber, Format: "double"}, f.Least, f.Most, float64(models.One), limited)
	case *models.Time:
		return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: f.Null, Examples: []any{"2026-11-23T12:00:00.000Z"}}
	case *models.ID:
		if in == fields.Answer {
			return ID()
		}
		return GivenID{}.Schema(nil)
	case *[]string:
		s := &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
		if limited {
			s.MaxItems, s.Items.MaxLength = limit(f.Most), limit(f.Longest)
		}
		return s
	}
	panic(fmt.Sprintf("field %s: no schema for a %T", f.Name, f.At(new(T))))
}

// entries describes a list of values of a kind.
func entries[T any](r huma.Registry, kind fields.Kind[T], most int64, in fields.Use, limited bool) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeArray, Items: Answer(r, kind)}
	if in != fields.Answer {
		s.Items = Create(r, kind)
	}
	if limited {
		s.MaxItems = limit(most)
	}
	return s
}

func limit(n int64) *int {
	if n == 0 {
		return nil
	}
	return new(int(n))
}

// numbers gives a number its limits, of which so many make one.
func numbers(s *huma.Schema, least, most int64, parts float64, limited bool) *huma.Schema {
	if limited {
		s.Minimum = new(float64(least) / parts)
		if most > 0 {
			s.Maximum = new(float64(most) / parts)
		}
	}
	return s
}
