package filemanagers

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// fieldsOf returns the fields of a struct, and of what it embeds, by their names in JSON: those that
// are left out when they are empty, too.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.Anonymous && field.IsExported() && name != "" && name != "-" {
			fields[name] = field.Type
		}
	}
	return fields
}

// misread says what a type would leave unread of JSON further in, and where: a field that it does not
// know, or null, which would count as if nothing were said. What is no struct of fields reads itself.
func misread(t reflect.Type, path string, raw json.RawMessage) string {
	switch t.Kind() {
	case reflect.Slice:
		var entries []json.RawMessage
		if json.Unmarshal(raw, &entries) != nil {
			return "" // decoding it says so
		}
		for i, one := range entries {
			if wrong := misread(t.Elem(), fmt.Sprintf("%s[%d]", path, i), one); wrong != "" {
				return wrong
			}
		}
	case reflect.Struct:
		known := fieldsOf(t)
		var fields map[string]json.RawMessage
		if len(known) == 0 || json.Unmarshal(raw, &fields) != nil {
			return ""
		}
		for _, name := range sortedKeys(fields) {
			in, ok := known[name]
			if !ok {
				return fmt.Sprintf("field %q is not one of %s", path+"."+name, strings.Join(sortedKeys(known), ", "))
			}
			if string(fields[name]) == "null" {
				return fmt.Sprintf("field %q is null", path+"."+name)
			}
			if wrong := misread(in, path+"."+name, fields[name]); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

// complete has a value have what the entry leaves out and its kind can tell.
func (e entry) complete(s *dao.Schema, v models.Value, now models.Time) {
	var said map[string]json.RawMessage
	json.Unmarshal(e.raw, &said) // as it was decoded
	s.Complete(v, func(field string) bool { return said[field] != nil }, func(int) models.ID { return models.NewID(now.Std()) })
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
