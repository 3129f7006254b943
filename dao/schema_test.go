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

// What somebody leaves out of a value that he writes by hand, its kind tells, if it can.
func TestCompleteByKind(t *testing.T) {
	cart := dao.Cart.Example(1)
	before := dao.Cart.Clone(cart)
	made := func(int) models.ID { return models.ID{9} }
	shirt := dao.Product.Example(1).(*models.Product)
	shirt.Variants = []models.Variant{{Code: "S", Options: models.Options{{Name: "Talle", Value: "S"}}, Price: 3000, Stock: 4}}
	dao.Product.Complete(shirt, func(field string) bool { return field == "price" }, made)
	if shirt.Price != 1000 || shirt.Stock != 4 || shirt.Variants[0].ID != (models.ID{9}) {
		t.Errorf("completed to %+v", shirt)
	}
	if dao.Cart.Complete(cart, func(string) bool { return false }, made); !dao.Cart.Same(cart, before) {
		t.Errorf("completed to %+v", cart)
	}
}
