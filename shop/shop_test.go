package shop_test

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/shop"
)

// open returns a shop over an empty store.
func open(t *testing.T, o shop.Options) (*shop.Shop, dao.Store) {
	t.Helper()
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return shop.New(store, o), store
}

// stocked puts a product into the catalogue that costs 1.
func stocked(t *testing.T, s *shop.Shop, code string, stock int64) models.Product {
	t.Helper()
	p, _, err := s.CreateProduct(t.Context(), models.Product{
		Title: code, Description: "d", Code: code, Category: "c", Price: 1000, Status: true, Stock: stock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// of is so many of a product.
func of(product models.ID, n int64) models.Item { return models.Item{Product: product, Quantity: n} }

// refused writes what an error refuses: "quantity scarce 3", "product gone", or the error.
func refused(err error) string {
	problems, _ := errors.AsType[models.Invalid](err)
	if missing, is := errors.AsType[shop.Missing](err); is {
		problems = missing.Problems
		if problems == nil {
			return "no " + missing.Kind
		}
	}
	if problems == nil && err != nil {
		return err.Error()
	}
	var parts []string
	for _, p := range problems {
		parts = append(parts, strings.TrimSpace(fmt.Sprint(p.Field, " ", p.Rule, " ", p.Limit)))
	}
	return strings.Join(parts, ", ")
}

// What a door sees of the shop has no way to write: neither a method of the shop's parts, nor one
// that a type assertion finds behind them.
func TestDoorsSeeNothingToWriteTo(t *testing.T) {
	s, _ := open(t, shop.Options{})
	readers := map[string][]string{
		"Products": {"Categories", "Get", "List"},
		"Carts":    {"Get", "List"},
		"Messages": {"Page"},
		"Feed":     {"Fresh", "Head", "Since", "Wait"},
		"Presence": {"All", "Set"}, // who is here is no trade
		"Shared":   nil,
	}
	value := reflect.ValueOf(s).Elem()
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		want, known := readers[field.Name]
		if !known {
			t.Errorf("%s: who reads by it, and who could write?", field.Name)
		}
		var methods []string
		for j := range field.Type.NumMethod() {
			methods = append(methods, field.Type.Method(j).Name)
		}
		if !slices.Equal(methods, want) {
			t.Errorf("%s has the methods %v, want %v", field.Name, methods, want)
		}
	}
	for name, writes := range map[string]bool{
		"products": is[dao.Products](s.Products), "carts": is[dao.Carts](s.Carts), "messages": is[dao.Messages](s.Messages),
	} {
		if writes {
			t.Errorf("the %s that doors read can be written to", name)
		}
	}
}

func is[T any](value any) bool {
	_, is := value.(T)
	return is
}
