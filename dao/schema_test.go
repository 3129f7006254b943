package dao_test

import (
	"fmt"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// What no engine could keep is refused when it is described, in a sentence that says why, and no
// kind comes of it.
func TestDescribeRefuses(t *testing.T) {
	before := len(dao.Kinds())
	for want, do := range map[string]func(){
		"a store has one, messages": func() { dao.Describe[models.Message](dao.Schema{Kind: "event", Plural: "events", History: true}) },
		`unique text "rev" of parts needs another name`: func() {
			dao.Describe[models.Cart](dao.Schema{Kind: "part", Plural: "parts", Unique: []dao.Unique{{Field: "rev"}}})
		},
		"products have one unique text": func() { dao.Describe[models.Product](dao.Schema{Kind: dao.KindProduct, Plural: "products"}) },
		"messages are a history":        func() { dao.Message.In(nil) },
	} {
		if got := panicOf(do); !strings.Contains(got, want) {
			t.Errorf("it says %q, and not %q", got, want)
		}
	}
	if now := len(dao.Kinds()); now != before {
		t.Errorf("there are %d kinds, not %d", now, before)
	}
}

func panicOf(do func()) (said string) {
	defer func() { said = fmt.Sprint(recover()) }()
	do()
	return ""
}
