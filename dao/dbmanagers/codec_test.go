package dbmanagers

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// What is written is read back as it was, and has no dirt and no unknown field; beside our notes,
// as the engine puts them.
func TestCodecRoundTrip(t *testing.T) {
	noted := func(t rapid.TB, doc bson.D, rev int64, keys ...bson.E) bson.Raw {
		notes := bson.D{{Key: "rev", Value: rev}, {Key: "created", Value: int64(1)}}
		return rawOf(t, append(doc, bson.E{Key: "pulperia", Value: append(notes, keys...)}))
	}
	rapid.Check(t, func(t *rapid.T) {
		p, c, m := validProduct.Draw(t, "product"), validCart.Draw(t, "cart"), validMessage.Draw(t, "message")
		if err := p.Check(); err != nil {
			t.Fatalf("the test draws bad products: %v", err)
		}
		product, cart, message := noted(t, productDoc(p), p.Rev), noted(t, cartDoc(c), c.Rev), noted(t, messageDoc(m), 1, messageKeys(m)...)
		if diff := cmp.Diff(p, readProduct(product)); diff != "" {
			t.Errorf("product (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(c, readCart(cart)); diff != "" {
			t.Errorf("cart (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(m, readMessage(message)); diff != "" {
			t.Errorf("message (-want +got):\n%s", diff)
		}
		if dirt := slices.Concat(productDirt(product), cartDirt(cart), messageDirt(message)); dirt != nil {
			t.Errorf("dirt in what we write: %q", dirt)
		}
		if names := slices.Concat(unknownFields("product", product), unknownFields("cart", cart), unknownFields("message", message)); names != nil {
			t.Errorf("unknown in what we write: %q", names)
		}
	})
}

// The forms are those that mongoose reads and writes: names, order and types of the fields.
func TestDocumentForm(t *testing.T) {
	id := models.ID{0: 0x66, 11: 1}
	p := models.Product{ID: id, Title: "Mate", Description: "d", Code: "M-1", Price: 1234_500, Status: true, Stock: 7, Category: "c", CreatedAt: 1, UpdatedAt: 2}
	c := models.Cart{ID: id, Products: []models.Item{{Product: id, Quantity: 3_000_000_000}}, CreatedAt: 1, UpdatedAt: 2}
	const oid = `{"$oid":"660000000000000000000001"}`
	const times = `"createdAt":{"$date":{"$numberLong":"1"}},"updatedAt":{"$date":{"$numberLong":"2"}}`
	for _, form := range []struct {
		doc  bson.D
		want string
	}{
		{productDoc(p), `{"_id":` + oid + `,"title":"Mate","description":"d","code":"M-1","price":{"$numberDouble":"1234.5"},"status":true,` +
			`"stock":{"$numberInt":"7"},"category":"c","thumbnails":[],` + times + `}`},
		{cartDoc(c), `{"_id":` + oid + `,"products":[{"product":` + oid + `,"quantity":{"$numberLong":"3000000000"}}],` + times + `}`},
		{cartDoc(models.Cart{ID: id, CreatedAt: 1, UpdatedAt: 2}), `{"_id":` + oid + `,"products":[],` + times + `}`},
		{messageDoc(models.Message{ID: id, User: "u", Message: "m", CreatedAt: 1}), `{"_id":` + oid + `,"user":"u","message":"m",` +
			`"createdAt":{"$date":{"$numberLong":"1"}}}`},
		{productKeys(models.Product{Title: "Té té", Code: "M-1", Price: 50, Status: true, Stock: 1, CreatedAt: 9}), `{"code":"M-1","category":"",` +
			`"cents":{"$numberLong":"5"},"status":true,"available":true,"created":{"$numberLong":"9"},"words":["1","m","te"]}`},
		{productKeys(models.Product{Price: 12_345}), `{"code":"","category":"",` + // of three decimals, among those in cents
			`"cents":{"$numberDouble":"1234.5"},"status":false,"available":false,"created":{"$numberLong":"0"},"words":[]}`},
		{productKeys(models.Product{}), `{"code":"","category":"",` +
			`"cents":{"$numberLong":"0"},"status":false,"available":false,"created":{"$numberLong":"0"},"words":[]}`},
	} {
		got, err := bson.MarshalExtJSON(form.doc, true, false)
		if diff := cmp.Diff(form.want, string(got)); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

// A kind whose documents would not give back what was written is refused by the name of the field.
func TestFieldsThatDocumentsDoNotKeep(t *testing.T) {
	for want, of := range map[string]any{
		`field "share" of parcels is a float64`: struct {
			Share float64 `json:"share"`
		}{},
		`field "size" of field "boxes" of parcels is a uint`: struct {
			Boxes []struct {
				Size uint `json:"size"`
			} `json:"boxes"`
		}{},
		`field "next" of parcels is a *string`: struct {
			Next *string `json:"next"`
		}{},
		`field "by" of parcels is a map[string]int`: struct {
			By map[string]int `json:"by"`
		}{},
		`field "note" of parcels is left out when it is empty (omitempty)`: struct {
			Note string `json:"note,omitempty"`
		}{},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("it says %q, and not %q", got, want)
				}
			}()
			wantFields("parcels", reflect.TypeOf(of))
		}()
	}
}

// An amount goes through the double and back without losing a thousandth, and JavaScript shows the double
// as the amount.
func TestMoneyIsADouble(t *testing.T) {
	check := func(t rapid.TB, amount int64) {
		price := rawOf(t, productDoc(models.Product{Price: models.Money(amount)})).Lookup("price")
		if got := moneyOf(price); int64(got) != amount || textOf(price) != got.String() {
			t.Fatalf("%d thousandths are written %s and read as %d", amount, price, got)
		}
	}
	for amount := range int64(20_000) {
		check(t, amount)
		check(t, int64(models.MaxPrice)-amount)
		check(t, 9_999_999_999_999_990-10*amount) // the dearest order, to its cents
		check(t, 999_999_999_999_999-amount)      // and that in a currency of three decimals
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			check(t, rapid.Int64Range(0, int64(models.MaxPrice)).Draw(t, "amount"))
		}
	})
}
