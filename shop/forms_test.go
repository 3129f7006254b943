package shop_test

import (
	"reflect"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/shop"
)

// fieldsOf names the fields of a type as its JSON form does, those further in included.
func fieldsOf(t reflect.Type) (names []string) {
	switch t.Kind() {
	case reflect.Slice:
		return fieldsOf(t.Elem())
	case reflect.Struct:
		for field := range t.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				names = append(names, name)
			}
			names = append(names, fieldsOf(field.Type)...)
		}
	}
	return names
}

func isSecret(field string) bool {
	return strings.HasSuffix(field, "Hash") || strings.HasSuffix(field, "Key")
}

// Whatever kind keeps a secret keeps it in a field that says so, and is guarded: nobody follows its
// changes as they are stored. What the shop shows has no such field.
func TestSecretsAreSaidToBe(t *testing.T) {
	keeps := map[dao.Kind]bool{}
	for _, kind := range dao.Kinds() {
		for _, field := range fieldsOf(reflect.TypeOf(kind.New()).Elem()) {
			keeps[kind.Kind] = keeps[kind.Kind] || isSecret(field)
			if lower := strings.ToLower(field); !isSecret(field) && (strings.Contains(lower, "hash") || strings.Contains(lower, "secret") || strings.Contains(lower, "password")) {
				t.Errorf("%s keep %q: a secret's name ends in Hash or Key", kind, field)
			}
		}
		if keeps[kind.Kind] && !kind.Guarded {
			t.Errorf("%s keep secrets, and anybody may hear of them", kind)
		}
		if topic := dao.TopicOf(dao.Change{Kind: kind.Kind}); kind.Guarded && dao.IsTopic(topic) {
			t.Errorf("anybody may follow %q", topic)
		}
	}
	for _, kind := range []dao.Kind{dao.KindPerson, dao.KindSession, dao.KindLink, dao.KindKey, dao.KindSecrets} {
		if !keeps[kind] {
			t.Errorf("where does a %s keep its secret?", kind)
		}
	}
	for _, form := range []any{shop.Person{}, shop.Session{}, shop.Key{}} {
		for _, field := range fieldsOf(reflect.TypeOf(form)) {
			if isSecret(field) {
				t.Errorf("%T shows %q", form, field)
			}
		}
	}
}
